namespace IntentAuthz.Containment;

/// <summary>A redirection.</summary>
internal sealed class Redirection(RedirectionKind kind, int? descriptor, string? variable, Word target, int position)
{
    public RedirectionKind Kind { get; } = kind;

    /// <summary>The number before the operator, or null.</summary>
    public int? Descriptor { get; } = descriptor;

    /// <summary>The variable of <c>{name}&gt;</c>, or null.</summary>
    public string? Variable { get; } = variable;

    /// <summary>The word behind the operator; of a here-document its text, once that has been read.</summary>
    public Word Target { get; set; } = target;

    public int Position { get; } = position;
}
