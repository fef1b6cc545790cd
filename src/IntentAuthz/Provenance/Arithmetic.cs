namespace IntentAuthz;

/// <summary>
/// Plain arithmetic from the request's own numbers: a sum, a difference, a share in percent, a share and a fee, an equal share where the request speaks of sharing. At least one
/// operand is the user's; the others are numbers of trusted results. What strangers wrote is never an operand.
/// </summary>
internal static class Arithmetic
{
    private const int MaxOperands = 24; // of the request

    private static readonly HashSet<string> s_sharing = [.. new[] { "share", "half", "split", "halve" }.Select(Words.Stem)];

    internal static bool Yields(decimal target, RequestReading request, IEnumerable<decimal> trusted)
    {
        decimal[] own = [.. Numbers(request, MentionKind.Number)];
        if (s_sharing.Overlaps(request.Vocabulary))
        {
            own = [.. own, .. own.Select(static n => n / 2)];
        }

        decimal[] shares = [.. Numbers(request, MentionKind.Percent)];
        if (own.Length == 0 && shares.Length == 0)
        {
            return false;
        }

        foreach (decimal a in own.Concat(trusted))
        {
            if (Math.Abs(a) > 1_000_000_000_000m)
            {
                continue;
            }

            foreach (decimal share in shares)
            {
                decimal part = a * share / 100;
                if (IsSame(target, part) || IsSame(target, a + part) || IsSame(target, a - part)
                    || own.Any(b => IsSame(target, part + b) || IsSame(target, part - b) || IsSame(target, a + part + b)))
                {
                    return true;
                }
            }

            foreach (decimal b in own)
            {
                if (a != b && (IsSame(target, a + b) || IsSame(target, Math.Abs(a - b))))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IEnumerable<decimal> Numbers(RequestReading request, MentionKind kind) =>
        request.Mentions.Where(m => m.Kind == kind && Math.Abs(m.Value) < 1_000_000_000m).Select(static m => m.Value).Distinct().Take(MaxOperands);

    /// <summary>Equal to the cent.</summary>
    private static bool IsSame(decimal target, decimal value) => value != 0 && Math.Abs(target - value) < 0.005m;
}
