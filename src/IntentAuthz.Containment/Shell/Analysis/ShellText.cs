namespace IntentAuthz.Containment;

/// <summary>A text that a variable can hold.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsPattern">Whether it stands for every name that matches it, as in <c>for name in *.cs</c>.</param>
internal readonly record struct ShellText(string Text, bool IsPattern)
{
    /// <summary>Whether it stands for the path that the text names, or any beneath it.</summary>
    public bool IsTree { get; init; }

    /// <summary>Whether what a pattern stands for holds nothing that splits words or makes patterns, as names that <c>mktemp</c> makes up.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether the text only stands for what the variable holds.</summary>
    public bool IsVague => IsPattern || IsTree;
}
