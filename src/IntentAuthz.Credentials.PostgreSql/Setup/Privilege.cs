namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>One entry of an access list, as the catalogue has it. <see cref="Column"/> is empty but for columns.</summary>
internal readonly record struct Privilege(PrivilegeKind Kind, string Schema, string Name, string Column, string Right)
{
    internal string On => Kind switch
    {
        PrivilegeKind.Schema => $"SCHEMA {SqlText.Quote(Schema)}",
        PrivilegeKind.Function => $"FUNCTION {SqlText.Quote(Schema, Name)}",
        _ => $"TABLE {SqlText.Quote(Schema, Name)}",
    };

    internal string What => Column.Length == 0 ? Right : $"{Right} ({SqlText.Quote(Column)})";

    public override string ToString() => $"{What} ON {On}";
}
