using System.Globalization;

namespace IntentAuthz.Benchmarks;

/// <summary>What a million revocations take in memory, how long filling the list takes, and the longest that one of them took: the table grows under it.</summary>
internal static class RevocationReport
{
    private const int Entries = 1_000_000;

    internal static void Write(TextWriter output)
    {
        RevocationEntry[] entries = new RevocationEntry[Entries];
        TenantId tenant = new("acme");
        for (int i = 0; i < Entries; i++)
        {
            entries[i] = new RevocationEntry
            {
                Target = RevocationTarget.Task(tenant, new TaskId($"task_{Guid.NewGuid():N}")), Reason = "a report", Cause = RevocationCause.Person,
                At = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch.AddDays(7),
            };
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        RevocationList list = new();
        double longest = 0;
        long began = TimeProvider.System.GetTimestamp();
        foreach (RevocationEntry entry in entries)
        {
            long one = TimeProvider.System.GetTimestamp();
            list.Add(entry);
            longest = Math.Max(longest, TimeProvider.System.GetElapsedTime(one).TotalMilliseconds);
        }

        double filling = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        long table = GC.GetTotalMemory(forceFullCollection: true) - before;
        Array.Clear(entries); // only the list holds them from here on
        long began2 = TimeProvider.System.GetTimestamp();
        list.Sweep(DateTimeOffset.UnixEpoch);
        double sweep = TimeProvider.System.GetElapsedTime(began2).TotalMilliseconds;
        before = GC.GetTotalMemory(forceFullCollection: true);
        began2 = TimeProvider.System.GetTimestamp();
        list.Sweep(DateTimeOffset.UnixEpoch.AddDays(8));
        double expiring = TimeProvider.System.GetElapsedTime(began2).TotalMilliseconds;
        long held = before - GC.GetTotalMemory(forceFullCollection: true);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {Entries:N0} entries
            table and filter     {(double)table / Entries:0.0} bytes an entry
            what expiring frees  {(double)held / Entries:0.0} bytes an entry (record, id and most of the table)
            filling              {filling:0} ms, the longest Add {longest:0.0} ms
            sweep, none expired  {sweep:0.0} ms
            sweep, all expired   {expiring:0.0} ms, {list.Count} left
            """));
    }
}
