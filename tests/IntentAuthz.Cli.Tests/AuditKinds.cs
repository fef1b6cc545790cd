using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Tests;

/// <summary>Lets a test say by a file's name how the audit is kept.</summary>
internal static class AuditKinds
{
    /// <summary>SQLite if the name ends in <c>.db</c>, lines if there is a name, else memory.</summary>
    public static IntentAuthzBuilder UseAudit(this IntentAuthzBuilder host, string? path) => path switch
    {
        null => host.UseAuditSink(new InMemoryAuditSink()),
        _ when path.EndsWith(".db", StringComparison.Ordinal) => host.UseSqliteAudit(path),
        _ => host.UseAuditFile(path),
    };
}
