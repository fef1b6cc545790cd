namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>Which names can be written without quotes.</summary>
internal static class CedarNames
{
    private static readonly string[] Reserved = ["true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"];

    public static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !Reserved.Contains(name);
}
