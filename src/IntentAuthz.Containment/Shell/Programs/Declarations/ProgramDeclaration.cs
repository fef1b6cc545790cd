namespace IntentAuthz.Containment;

/// <summary>Where in a text the description of a program stands; it is read when the program is first asked for.</summary>
internal sealed class ProgramDeclaration(string text, int start, int line)
{
    private DeclaredProgram? _program;

    public int End { get; set; } = text.Length;

    /// <summary>The line of its <c>program</c> line, from 1.</summary>
    public int Line { get; } = line;

    public ReadOnlySpan<char> Body => text.AsSpan(start, End - start);

    /// <summary>The description, read once; two callers may read it at the same time, and get equal ones.</summary>
    public DeclaredProgram Program => _program ??= ProgramDeclarations.Parse(this);
}
