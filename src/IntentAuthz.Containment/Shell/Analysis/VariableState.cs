namespace IntentAuthz.Containment;

/// <summary>A variable as far as it is known. Immutable.</summary>
/// <param name="Value">Its value; of an array that of the first element.</param>
internal sealed record VariableState(ShellValue Value)
{
    /// <summary>The elements of an array that is known whole, in order; null otherwise.</summary>
    public ShellWord[]? Elements { get; init; }

    /// <summary>Whether it is an array.</summary>
    public bool IsArray { get; init; }

    public bool IsExported { get; init; }

    public bool IsReadOnly { get; init; }

    public bool SameAs(VariableState other) =>
        ReferenceEquals(this, other)
        || (Value.SameAs(other.Value) && IsArray == other.IsArray && IsExported == other.IsExported && IsReadOnly == other.IsReadOnly && SameElements(other));

    private bool SameElements(VariableState other) =>
        ReferenceEquals(Elements, other.Elements) || (Elements is not null && other.Elements is not null && Elements.AsSpan().SequenceEqual(other.Elements));

    public static VariableState Join(VariableState left, VariableState right) => left.SameAs(right)
        ? left
        : new VariableState(ShellValue.Join(left.Value, right.Value))
        {
            Elements = left.SameElements(right) ? left.Elements : null,
            IsArray = left.IsArray || right.IsArray,
            IsExported = left.IsExported || right.IsExported,
            IsReadOnly = left.IsReadOnly || right.IsReadOnly,
        };
}
