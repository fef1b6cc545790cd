namespace IntentAuthz.Containment;

/// <summary><c>$name</c> or <c>${…}</c>.</summary>
internal sealed class ParameterPart(string name) : WordPart
{
    /// <summary>A name, a digit or a special parameter.</summary>
    public string Name { get; } = name;

    /// <summary>What stands in brackets, or null.</summary>
    public Word? Subscript { get; init; }

    /// <summary>Whether it is <c>${#name}</c>.</summary>
    public bool IsLength { get; init; }

    /// <summary>Whether it is <c>${!name…}</c>: the variable that the value names, or the names of variables.</summary>
    public bool IsIndirect { get; init; }

    /// <summary>The operator: <c>:-</c>, <c>%%</c>, <c>//</c>, <c>:</c>, <c>@</c> and so on, or empty.</summary>
    public string Operator { get; init; } = "";

    /// <summary>What stands behind the operator, or null.</summary>
    public Word? Argument { get; init; }

    /// <summary>What stands behind the second <c>/</c> or <c>:</c>, or null.</summary>
    public Word? SecondArgument { get; init; }
}
