using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>What a schema allows as a name. Unlike in policies, <c>__cedar</c> is an identifier here: <c>__cedar::Long</c> names the built-in type.</summary>
internal static class SchemaNames
{
    public const string BuiltInNamespace = "__cedar";
    public const string ActionType = "Action";

    public static bool IsIdentifier(ReadOnlySpan<char> text) =>
        CedarIdentifier.IsWord(text) && (!CedarIdentifier.IsReserved(text) || text.SequenceEqual(BuiltInNamespace));

    /// <summary>Whether a text is identifiers joined by <c>::</c>, without white space.</summary>
    public static bool IsPath(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split("::"))
        {
            if (!IsIdentifier(text[range]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether any part of a path is <c>__cedar</c>, which no declaration may use.</summary>
    public static bool IsReservedPath(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split("::"))
        {
            if (path[range].SequenceEqual(BuiltInNamespace))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a common type may not have this name: the JSON form gives it another meaning.</summary>
    public static bool IsReservedTypeName(string name) =>
        name is "Bool" or "Boolean" or "Entity" or "Extension" or "Long" or "Record" or "Set" or "String";

    /// <summary>The built-in types by name, which need no declaration.</summary>
    public static readonly string[] BuiltIns = ["Bool", "Long", "String", "datetime", "decimal", "duration", "ipaddr"];

    /// <summary>The last part of a path.</summary>
    public static string BaseName(string path)
    {
        var index = path.LastIndexOf("::", StringComparison.Ordinal);
        return index < 0 ? path : path[(index + 2)..];
    }

    public static bool IsQualified(string path) => path.Contains("::", StringComparison.Ordinal);

    /// <summary>Whether a type is a type of actions: <c>Action</c> in any namespace.</summary>
    public static bool IsActionType(string type) =>
        type.EndsWith(ActionType, StringComparison.Ordinal)
        && (type.Length == ActionType.Length || type.EndsWith("::" + ActionType, StringComparison.Ordinal));
}
