using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>A lease as a row.</summary>
internal static class LeaseRow
{
    internal const string Columns =
        "id, tenant, task, agent, owner, profile, issuer, audience, scopes, only_for, created_at, expires_at, renewable_until, honoured_until, handle, state, failed_attempts, irrevocable";

    internal const string Insert =
        $"INSERT INTO lease (holder, {Columns}) VALUES ($holder, $id, $tenant, $task, $agent, $owner, $profile, $issuer, $audience, $scopes, $only_for, $created_at, $expires_at, $renewable_until, $honoured_until, $handle, $state, $failed_attempts, $irrevocable)";

    internal const string Update = """
        UPDATE lease SET tenant = $tenant, task = $task, agent = $agent, owner = $owner, profile = $profile, issuer = $issuer, audience = $audience, scopes = $scopes,
            only_for = $only_for, created_at = $created_at, expires_at = $expires_at, renewable_until = $renewable_until, honoured_until = $honoured_until,
            handle = $handle, state = $state, failed_attempts = $failed_attempts, irrevocable = $irrevocable
        WHERE id = $id
        """;

    internal static (string, object?)[] Values(Lease lease) =>
    [
        ("$id", lease.Id.Value),
        ("$tenant", lease.Tenant.Value),
        ("$task", lease.Task.Value),
        ("$agent", lease.Agent.Value),
        ("$owner", lease.Owner),
        ("$profile", lease.Profile),
        ("$issuer", lease.Issuer),
        ("$audience", lease.Audience),
        ("$scopes", TextList.Write(lease.Scopes)),
        ("$only_for", lease.OnlyFor?.Value),
        ("$created_at", lease.CreatedAt.UtcTicks),
        ("$expires_at", lease.ExpiresAt.UtcTicks),
        ("$renewable_until", lease.RenewableUntil.UtcTicks),
        ("$honoured_until", lease.HonouredUntil.UtcTicks),
        ("$handle", lease.Handle),
        ("$state", (long)lease.State),
        ("$failed_attempts", (long)lease.FailedAttempts),
        ("$irrevocable", lease.IsIrrevocable ? 1L : 0L),
    ];

    internal static ImmutableArray<Lease> ReadAll(SqliteCommand command, CancellationToken cancellationToken)
    {
        ImmutableArray<Lease>.Builder leases = ImmutableArray.CreateBuilder<Lease>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            leases.Add(Read(row));
        }

        return leases.DrainToImmutable();
    }

    private static Lease Read(SqliteDataReader row) => new()
    {
        Id = new LeaseId(row.GetString(0)),
        Tenant = new TenantId(row.GetString(1)),
        Task = new TaskId(row.GetString(2)),
        Agent = new AgentId(row.GetString(3)),
        Owner = row.GetString(4),
        Profile = row.GetString(5),
        Issuer = row.GetString(6),
        Audience = row.GetString(7),
        Scopes = TextList.Read(row.GetString(8)),
        OnlyFor = row.IsDBNull(9) ? null : new CallId(row.GetString(9)),
        CreatedAt = new DateTimeOffset(row.GetInt64(10), TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(row.GetInt64(11), TimeSpan.Zero),
        RenewableUntil = new DateTimeOffset(row.GetInt64(12), TimeSpan.Zero),
        HonouredUntil = new DateTimeOffset(row.GetInt64(13), TimeSpan.Zero),
        Handle = row.IsDBNull(14) ? null : row.GetString(14),
        State = (LeaseState)row.GetInt32(15) is var state && Enum.IsDefined(state) ? state : throw new FormatException("A lease is in a state there is not."),
        FailedAttempts = row.GetInt32(16),
        IsIrrevocable = row.GetInt32(17) != 0,
    };
}
