using System.Text.Json;

namespace IntentAuthz;

/// <summary>What the host declares of one argument of a tool. Immutable.</summary>
public sealed class ArgumentDescriptor
{
    internal ArgumentDescriptor(string name, ArgumentRole role, bool mapToString, bool hostOnly, JsonElement? defaultValue, string? kind)
    {
        Name = name;
        Role = role;
        MapsToString = mapToString;
        IsHostOnly = hostOnly;
        Default = defaultValue;
        Kind = kind;
    }

    /// <summary>The argument's name, as the tool knows it; names are case-sensitive.</summary>
    public string Name { get; }

    /// <summary>What a wrong value would change.</summary>
    public ArgumentRole Role { get; }

    /// <summary>Whether policy sees the value's JSON text instead of the value: the way out for numbers that Cedar cannot hold exactly.</summary>
    public bool MapsToString { get; }

    /// <summary>Whether only the host can supply it (a stream, a service): a model that names it is denied.</summary>
    public bool IsHostOnly { get; }

    /// <summary>What is filled in, before anything is decided, when the call leaves the argument out; null when nothing is.</summary>
    public JsonElement? Default { get; }

    /// <summary>What the value is the id of, or null for any kind of thing.</summary>
    public string? Kind { get; }
}
