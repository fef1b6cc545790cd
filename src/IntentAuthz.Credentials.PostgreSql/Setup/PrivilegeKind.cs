namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>What an access list belongs to.</summary>
internal enum PrivilegeKind
{
    Schema,
    Table,
    Column,
    Function,
}
