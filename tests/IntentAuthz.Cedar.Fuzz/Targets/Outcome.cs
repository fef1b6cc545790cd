using System.Text.RegularExpressions;

namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>Describes what came out, for <see cref="IFuzzTarget.Run"/>.</summary>
internal static partial class Outcome
{
    public static string Of(IEnumerable<CedarDiagnostic> diagnostics) => string.Join(' ', diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order(StringComparer.Ordinal));

    public static string Of(CedarJsonException exception) => Said(exception.Message[(exception.Path.Length + 1)..]);

    /// <summary>A message without numbers and what it quotes: one way of being refused.</summary>
    public static string Said(string message) => Particulars().Replace(message, "");

    [GeneratedRegex("`[^`]*`|'.{1,6}?'|\"[^\"]*\"|[0-9A-F]*[0-9][0-9A-F]*", RegexOptions.Singleline)]
    private static partial Regex Particulars();
}
