using System.Collections.Concurrent;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Tests.Incidents;

/// <summary>What a timeline keeps when it is long, and what a process takes for news.</summary>
public sealed class TimelineTests
{
    private static readonly IncidentEntry s_opened = IncidentEntry.Opening(
        RevocationTarget.Agent(GuardFixture.Acme, new AgentId("bot")), IncidentSeverity.High, "operator key (olga)", "it leaks", DateTimeOffset.UtcNow, "outside:test");

    [Fact]
    public void Questions_TakeNoRoomFromWhatRemains()
    {
        List<IncidentEntry> entries = [s_opened];
        for (int i = 0; i < Incident.MaxEntries; i++)
        {
            IncidentEntry asked = Entry(IncidentEntryKind.Asked);
            entries.AddRange([asked, Entry(IncidentEntryKind.Evidence) with { Regarding = asked.Id, Data = "{}" }]);
        }

        Incident incident = Incident.FromEntries(entries)!;

        Assert.True(incident.Entries.Length < 64, $"{incident.Entries.Length} entries");
        Assert.Equal(entries[^1].Id, incident.Entries[^1].Id);
    }

    [Fact]
    public void Full_TimelineStillSaysWhatRemains_AndWhatIsInTheAudit()
    {
        IncidentEntry revoked = Entry(IncidentEntryKind.Revoked);
        Incident incident = Incident.FromEntries(
        [
            s_opened, .. Enumerable.Range(0, Incident.MaxEntries).Select(static _ => Entry(IncidentEntryKind.Signal)), revoked,
            Entry(IncidentEntryKind.Rotated) with { Data = """{"rotations":[{"issuer":"vault","profile":"db","state":"CannotRotate","message":"no way to"}],"unknown":[]}""" },
            Entry(IncidentEntryKind.Audited) with { Regarding = revoked.Id },
            Entry(IncidentEntryKind.Audited) with { Regarding = "an entry that was left out" },
            Entry(IncidentEntryKind.Exported),
        ])!;

        Assert.Equal("replace the secret of 'db' (vault) by hand: no way to", Assert.Single(incident.GetRemaining(DateTimeOffset.UtcNow)));
        Assert.Equal(
            [IncidentEntryKind.Revoked, IncidentEntryKind.Rotated, IncidentEntryKind.Audited, IncidentEntryKind.Exported],
            incident.Entries.Skip(Incident.MaxEntries).Select(static e => e.Kind));
    }

    [Fact]
    public async Task Old_EntriesAreNoNews_HoweverManyReadingsTheyTake()
    {
        PagedIncidentStore store = new();
        await store.AppendAsync(s_opened, CancellationToken.None);
        for (int i = 0; i < 20; i++)
        {
            await store.AppendAsync(Entry(IncidentEntryKind.Asked), CancellationToken.None);
        }

        IncidentEntry revoked = Entry(IncidentEntryKind.Revoked);
        await store.AppendAsync(revoked, CancellationToken.None);
        await store.AppendAsync(Entry(IncidentEntryKind.Rotated), CancellationToken.None);
        await store.AppendAsync(Entry(IncidentEntryKind.Audited) with { Regarding = revoked.Id }, CancellationToken.None);
        await store.AppendAsync(Entry(IncidentEntryKind.Audited) with { Regarding = s_opened.Id }, CancellationToken.None);
        int written = store.Count;
        NotingSink sink = new();
        await using GuardFixture fixture = IncidentFixture.Create(
            add: builder => builder.AddIncidentSink(sink).Services.AddSingleton<IIncidentStore>(store));

        IncidentEntry news = Entry(IncidentEntryKind.Exported);
        await fixture.UntilAsync(Incident.FromEntries([s_opened])!, static i => i.State == IncidentState.Eradicated);
        await store.AppendAsync(news, CancellationToken.None);
        for (int i = 0; i < 500 && !(sink.Told.Contains(news.Id) && store.Count == written + 2); i++)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        Assert.Equal([news.Id], sink.Told);
        Assert.DoesNotContain(await fixture.RecordsAsync(), static r => r.Resources.Any(static w => w.StartsWith("revoke inc_", StringComparison.Ordinal)));
        Assert.Equal(written + 2, store.Count); // the news, and that its record is written
    }

    private static IncidentEntry Entry(IncidentEntryKind kind) => new()
    {
        Incident = s_opened.Incident, Tenant = s_opened.Tenant, Kind = kind, At = DateTimeOffset.UtcNow, By = "olga", Text = "x", Origin = "outside:test",
    };

    private sealed class NotingSink : IIncidentSink
    {
        internal ConcurrentQueue<string> Told { get; } = new();

        public ValueTask NotifyAsync(IncidentNotice notice, CancellationToken cancellationToken)
        {
            Told.Enqueue(notice.Entry.Id);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Gives three entries at a time, as a store with many gives a hundred thousand.</summary>
    private sealed class PagedIncidentStore : IIncidentStore
    {
        private readonly ConcurrentQueue<IncidentEntry> _entries = new();

        internal int Count => _entries.Count;

        public bool IsShared => true;

        public ValueTask AppendAsync(IncidentEntry entry, CancellationToken cancellationToken)
        {
            _entries.Enqueue(entry);
            return ValueTask.CompletedTask;
        }

        public ValueTask<long> ReadAsync(long after, Action<IncidentEntry> entries, CancellationToken cancellationToken)
        {
            IncidentEntry[] page = [.. _entries.Skip((int)after).Take(3)];
            Array.ForEach(page, entries);
            return new(after + page.Length);
        }

        public ValueTask RemoveClosedAsync(DateTimeOffset before, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
