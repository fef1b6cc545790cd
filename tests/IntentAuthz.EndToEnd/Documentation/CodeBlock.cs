namespace IntentAuthz.EndToEnd.Documentation;

/// <summary>One fenced block of a Markdown file.</summary>
/// <param name="File">The file, relative to the repository's root.</param>
/// <param name="Line">The line of its first line of code, from 1.</param>
/// <param name="Info">What stands behind the opening fence.</param>
/// <param name="Code">The code, its indentation under a list taken off.</param>
internal sealed record CodeBlock(string File, int Line, string Info, string Code)
{
    internal string Language => Info.Split(' ', 2)[0];

    public override string ToString() => $"{File}:{Line}";
}
