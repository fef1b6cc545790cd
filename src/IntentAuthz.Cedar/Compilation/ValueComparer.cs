using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>Cedar equality over values, which also finds a value by its <see cref="Operand"/>.</summary>
internal sealed class ValueComparer : IEqualityComparer<CedarValue>, IAlternateEqualityComparer<Operand, CedarValue>
{
    public static readonly ValueComparer Instance = new();

    public bool Equals(CedarValue? x, CedarValue? y) => x == y;

    public int GetHashCode([DisallowNull] CedarValue obj) => obj.GetHashCode();

    public bool Equals(Operand alternate, CedarValue other) => other.ToOperand().Equals(alternate);

    public int GetHashCode(Operand alternate) => alternate.GetHashCode();

    public CedarValue Create(Operand alternate) => alternate.ToValue();
}
