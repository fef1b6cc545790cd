namespace IntentAuthz.Cedar;

/// <summary>A stretch of a policy source.</summary>
/// <param name="Source">The name the source was given, usually a path, or null.</param>
/// <param name="Start">Offset of the first byte, counted in the UTF-8 form of the source, from 0.</param>
/// <param name="End">Offset after the last byte, counted in the UTF-8 form of the source.</param>
/// <param name="Line">Line of the start, from 1. Lines end at LF, CR or CR LF. 0 when the position is not known.</param>
/// <param name="Column">Column of the start, from 1, in UTF-16 code units, as editors count. 0 when the position is not known.</param>
public readonly record struct SourceSpan(string? Source, int Start, int End, int Line, int Column)
{
    /// <summary>Whether the span says where something is. Policies that were not read from text have no position.</summary>
    public bool IsKnown => Line > 0;

    /// <summary>The span as <c>file(line,column)</c>, with <c>policy</c> for a source without a name.</summary>
    public override string ToString() => IsKnown ? $"{Source ?? "policy"}({Line},{Column})" : Source ?? "policy";
}
