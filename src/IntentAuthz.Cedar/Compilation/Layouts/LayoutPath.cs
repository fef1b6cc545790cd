namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>
/// Where a path into the context leads in a layout, step by step: the number of a value, <see cref="Record"/>, or
/// <see cref="Missing"/>. Steps end after the first that is not a record.
/// </summary>
internal sealed class LayoutPath(int[] steps, bool isWhole)
{
    /// <summary>The path leads to a record that holds values further down.</summary>
    public const int Record = -1;

    /// <summary>The context has no such attribute.</summary>
    public const int Missing = -2;

    public int[] Steps { get; } = steps;

    /// <summary>Where the whole path leads; <see cref="Missing"/> where it would go on below a value.</summary>
    public int Target { get; } = isWhole ? steps[^1] : Missing;
}
