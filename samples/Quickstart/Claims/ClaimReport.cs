using Spectre.Console;

namespace Quickstart.Claims;

/// <summary>Prints the claims and turns them into the exit code.</summary>
internal static class ClaimReport
{
    /// <summary>0 when every claim held. A real model need not do all that the claims are about; the script must.</summary>
    internal static int Print(IReadOnlyList<Claim> claims, bool isScripted, Timeline timeline)
    {
        foreach (Claim claim in claims)
        {
            (string word, Color color) = claim.Holds switch
            {
                true => ("HELD", Color.Green),
                false => ("BROKEN", Color.Red),
                null => ("NOT SHOWN", Color.Yellow),
            };
            timeline.Line(word, $"{claim.Text}.", color);
            timeline.Line("", claim.Evidence, Color.Grey);
        }

        int broken = claims.Count(c => c.Holds == false || (c.Holds is null && isScripted));
        timeline.Line("", broken == 0 ? "Every claim held." : $"{broken} of {claims.Count} claims did not hold.", broken == 0 ? Color.Green : Color.Red);
        return broken == 0 ? 0 : 1;
    }
}
