namespace IntentAuthz.Cedar.Compilation;

/// <summary>Marks an <see cref="Operand"/> whose value is all in its bits. Compared by reference.</summary>
internal sealed class ScalarKind
{
    private ScalarKind()
    {
    }

    public static readonly ScalarKind Bool = new();

    public static readonly ScalarKind Long = new();

    public static readonly ScalarKind Decimal = new();

    public static readonly ScalarKind Datetime = new();

    public static readonly ScalarKind Duration = new();
}
