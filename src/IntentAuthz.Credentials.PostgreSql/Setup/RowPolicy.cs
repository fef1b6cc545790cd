namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// One policy of a table: it holds for one scope's group and one command. There are two of each: a permissive one, which lets rows through,
/// and a restrictive one, so that a policy of somebody else's that lets more through changes nothing.
/// </summary>
internal sealed record RowPolicy(string Schema, string Table, string Name, string Group, PostgreSqlPrivileges Command, bool IsPermissive, RowFilter Rows)
{
    /// <summary>What was asked for, to see that the configuration has changed since.</summary>
    internal string Definition => $"{Command} {(IsPermissive ? "permissive" : "restrictive")} {Group}: {string.Join(", ", Rows.Conditions.Select(static c => $"{SqlText.Quote(c.Column)} {c.Value}"))}";

    internal bool ChecksOld => Command != PostgreSqlPrivileges.Insert;

    internal bool ChecksNew => Command is PostgreSqlPrivileges.Insert or PostgreSqlPrivileges.Update;
}
