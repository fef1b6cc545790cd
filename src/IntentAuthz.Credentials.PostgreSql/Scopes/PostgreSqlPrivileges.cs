namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>What may be done with a table.</summary>
[Flags]
public enum PostgreSqlPrivileges
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read rows.</summary>
    Select = 1,

    /// <summary>Add rows.</summary>
    Insert = 2,

    /// <summary>Change rows. Naming rows in a condition needs <see cref="Select"/> of the columns named.</summary>
    Update = 4,

    /// <summary>Delete rows.</summary>
    Delete = 8,
}
