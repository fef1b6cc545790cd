namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>Describes what came out, for <see cref="IFuzzTarget.Run"/>.</summary>
internal static class Outcome
{
    public static string Of(IEnumerable<CedarDiagnostic> diagnostics) => string.Join(' ', diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order(StringComparer.Ordinal));

    public static string Of(CedarJsonException exception) => Said(exception.Message[(exception.Path.Length + 1)..]);

    /// <summary>A message without what it quotes: one way of being refused.</summary>
    public static string Said(string message) => string.Concat(message.Split('`').Where((_, index) => index % 2 == 0)).Split('.')[0];
}
