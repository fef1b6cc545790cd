using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// <c>{a: 1, "b c": 2}</c>. The names are distinct. Attributes are evaluated in ordinal order of their names, as the reference
/// does, so that the same one of several errors is reported; <see cref="Entries"/> keeps the order of the source.
/// </summary>
internal sealed class RecordExpr : Expr
{
    public RecordExpr(ImmutableArray<RecordEntry> entries, TextRange range)
        : base(range, HeightOf(entries.Select(entry => entry.Value)))
    {
        Entries = entries;
        Ordered = entries.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    /// <summary>The attributes in the order of the source.</summary>
    public ImmutableArray<RecordEntry> Entries { get; }

    /// <summary>The attributes in the order of evaluation.</summary>
    public ImmutableArray<RecordEntry> Ordered { get; }
}
