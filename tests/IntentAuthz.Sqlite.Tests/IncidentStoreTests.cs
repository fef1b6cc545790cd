namespace IntentAuthz.Sqlite.Tests;

public sealed class IncidentStoreTests : IDisposable
{
    private static readonly TenantId s_tenant = new("acme");
    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task An_entry_comes_back_as_it_was_to_every_process_in_one_order()
    {
        IncidentEntry opened = Opening();
        IncidentEntry frozen = Entry(opened, IncidentEntryKind.Frozen) with { Data = """{"a":1}""", Regarding = opened.Id };
        using (SqliteState one = _state.Open())
        {
            using SqliteState other = _state.Open();
            await one.Incidents.AppendAsync(opened, CancellationToken.None);
            await other.Incidents.AppendAsync(frozen, CancellationToken.None);
            await other.Incidents.AppendAsync(frozen, CancellationToken.None); // the same again is one
            Assert.Equal([opened, frozen], (await ReadAsync(one)).Entries);
        }

        using SqliteState later = _state.Open();
        (List<IncidentEntry> entries, long position) = await ReadAsync(later);
        Assert.Equal([opened, frozen], entries);
        Assert.Empty((await ReadAsync(later, position)).Entries);
        Assert.Equal(IncidentState.Contained, Incident.FromEntries(entries)!.State);
    }

    [Fact]
    public async Task Closed_incidents_are_removed_whole_and_open_ones_stay()
    {
        using SqliteState state = _state.Open();
        IncidentEntry closed = Opening(), open = Opening();
        await state.Incidents.AppendAsync(closed, CancellationToken.None);
        await state.Incidents.AppendAsync(Entry(closed, IncidentEntryKind.Closed), CancellationToken.None);
        await state.Incidents.AppendAsync(open, CancellationToken.None);

        await state.Incidents.RemoveClosedAsync(DateTimeOffset.UtcNow - TimeSpan.FromDays(1), CancellationToken.None);
        Assert.Equal(3, (await ReadAsync(state)).Entries.Count);
        await state.Incidents.RemoveClosedAsync(DateTimeOffset.UtcNow + TimeSpan.FromDays(1), CancellationToken.None);
        Assert.Equal([open], (await ReadAsync(state)).Entries);
    }

    [Fact]
    public async Task A_row_that_cannot_be_understood_is_left_out_and_keeps_no_other_from_being_read()
    {
        using SqliteState state = _state.Open();
        IncidentEntry first = Opening(), last = Opening();
        await state.Incidents.AppendAsync(first, CancellationToken.None);
        await state.Incidents.AppendAsync(Opening(), CancellationToken.None);
        await state.Incidents.AppendAsync(last, CancellationToken.None);
        _state.Run("UPDATE incident_entry SET kind = 99 WHERE position = 2");

        (List<IncidentEntry> entries, long position) = await ReadAsync(state);
        Assert.Equal([first, last], entries);
        Assert.Equal(3, position);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_stop_that_an_incident_laid_and_one_that_none_did_the_latter_stands(bool incidentFirst)
    {
        using SqliteState state = _state.Open();
        RevocationTarget hold = RevocationTarget.TaskHold(s_tenant, new TaskId("task_1"));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        RevocationEntry laid = new()
        {
            Target = hold, Reason = "it loops", Cause = RevocationCause.OperatorKey, Incident = Opening().Incident, At = now, ExpiresAt = now + TimeSpan.FromDays(2),
        };
        RevocationEntry apart = new() { Target = hold, Reason = "a legal hold", Cause = RevocationCause.OperatorKey, At = now, ExpiresAt = now + TimeSpan.FromDays(1) };
        await state.Revocations.AddAsync(laid, CancellationToken.None);
        Assert.Equal(laid, await StandingAsync());
        await state.Revocations.LiftAsync(hold, CancellationToken.None);

        foreach (RevocationEntry entry in incidentFirst ? new[] { laid, apart, laid } : [apart, laid, apart])
        {
            await state.Revocations.AddAsync(entry, CancellationToken.None);
        }

        Assert.Equal(apart with { ExpiresAt = laid.ExpiresAt }, await StandingAsync());

        async Task<RevocationEntry?> StandingAsync()
        {
            using SqliteState another = _state.Open();
            RevocationEntry? standing = null;
            await another.Revocations.ReadAsync(0, change => standing = change.Entry, CancellationToken.None);
            return standing;
        }
    }

    [Fact]
    public void The_operator_key_is_told_again_and_is_not_in_the_file()
    {
        const string text = "an operator key of thirty-two characters and more";
        using (SqliteState state = _state.Open())
        {
            Assert.Null(state.IsOperatorKey(new OperatorKey(text)));
            state.SetOperatorKey(new OperatorKey(text));
        }

        using SqliteState later = _state.Open();
        Assert.True(later.IsOperatorKey(new OperatorKey(text)));
        Assert.False(later.IsOperatorKey(new OperatorKey(text + ".")));
        Assert.DoesNotContain(text, (string)_state.Run("SELECT value FROM setting")!, StringComparison.Ordinal);
        later.SetOperatorKey(null);
        Assert.Null(later.IsOperatorKey(new OperatorKey(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1..")]
    [InlineData("v2.00000000000000000000000000000000.0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("v1.zz000000000000000000000000000000.0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_verifier_that_was_tampered_with_is_of_no_key(string verifier) =>
        Assert.False(new OperatorKey("an operator key of thirty-two characters and more").IsVerifiedBy(verifier));

    [Fact]
    public async Task A_hold_is_a_revocation_like_any_other()
    {
        using SqliteState state = _state.Open();
        RevocationTarget hold = RevocationTarget.TaskHold(s_tenant, new TaskId("task_1"));
        await state.Revocations.AddAsync(
            new RevocationEntry { Target = hold, Reason = "x", Cause = RevocationCause.OperatorKey, At = DateTimeOffset.UtcNow, ExpiresAt = DateTimeOffset.UtcNow + TimeSpan.FromDays(1) }, CancellationToken.None);
        List<RevocationChange> changes = [];
        await state.Revocations.ReadAsync(0, changes.Add, CancellationToken.None);
        Assert.Equal(hold, Assert.Single(changes).Target);
    }

    private static IncidentEntry Opening() =>
        IncidentEntry.Opening(RevocationTarget.Agent(s_tenant, new AgentId("bot")), IncidentSeverity.High, "detector", "it loops", DateTimeOffset.UtcNow, "host");

    private static IncidentEntry Entry(IncidentEntry of, IncidentEntryKind kind) => new()
    {
        Incident = of.Incident, Tenant = of.Tenant, Kind = kind, At = DateTimeOffset.UtcNow, By = "x", Text = "y", Origin = "host",
    };

    private static async Task<(List<IncidentEntry> Entries, long Position)> ReadAsync(SqliteState state, long after = 0)
    {
        List<IncidentEntry> entries = [];
        long position = await state.Incidents.ReadAsync(after, entries.Add, CancellationToken.None);
        return (entries, position);
    }
}
