using System.Globalization;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host whose tasks spend budgets and use approvals up is killed at random moments and started again. Over all runs together no budget is spent
/// twice, no approval used twice, nothing that was ended comes back, and nothing that was opened is lost. Ten kills by default; a hundred in the long run.
/// </summary>
public sealed class TaskKillTests : IDisposable
{
    private static readonly int s_kills = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 100 : 10;

    private readonly TemporaryDirectory _directory = new();

    private string StateFile => Path.Combine(_directory.Path, "state.db");

    private string Events => Path.Combine(_directory.Path, "events.txt");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Killed_AtAnyMoment_NothingIsSpentTwice_NothingEndedComesBack_NothingOpenIsLost()
    {
        Random random = new(20261126);
        for (int kill = 0; kill < s_kills; kill++)
        {
            await using KilledProcess host = await KilledProcess.StartTaskHostAsync(StateFile, Events, workers: 4);
            await Task.Delay(random.Next(50, 1_500));
            await host.KillAsync();
            Assert.DoesNotContain(host.Log, static line => line.StartsWith("410 ", StringComparison.Ordinal) || line.StartsWith("414 ", StringComparison.Ordinal));
        }

        await using (KilledProcess last = await KilledProcess.StartTaskHostAsync(StateFile, Events, workers: 0))
        {
            await last.StopAsync();
        }

        Check(File.ReadAllLines(Events));
    }

    private static void Check(string[] lines)
    {
        string[][] events = [.. lines.Select(static l => l.Split(' '))];
        ILookup<string, string[]> dispatches = events.Where(static e => e[0] == "ran").ToLookup(static e => e[1]);
        foreach (IGrouping<string, string[]> task in dispatches)
        {
            int calls = task.Count();
            int spent = task.Sum(static e => int.Parse(e[3], CultureInfo.InvariantCulture));
            Assert.True(calls <= KilledTaskHost.Calls, $"{task.Key} may make {KilledTaskHost.Calls} calls and has made {calls}");
            Assert.True(spent <= KilledTaskHost.Spend, $"{task.Key} may spend {KilledTaskHost.Spend} and has spent {spent}");
        }

        string[] approvals = [.. events.Where(static e => e[0] == "ran" && e[2] == "pay").Select(static e => e[4])];
        Assert.DoesNotContain("-", approvals); // none ran without one
        Assert.Equal(approvals.Length, approvals.Distinct().Count());

        HashSet<string> ending = [];
        HashSet<string> ended = [];
        int restored = 0;
        foreach (string[] e in events)
        {
            switch (e[0])
            {
                case "ending":
                    ending.Add(e[1]);
                    break;
                case "ended":
                    ended.Add(e[1]);
                    break;
                case "restored":
                    restored++;
                    Assert.False(ended.Contains(e[1]), $"{e[1]} was ended and came back");
                    break;
                case "gone":
                    Assert.True(ending.Contains(e[1]), $"{e[1]} was open and is lost ({e[2]})");
                    ended.Add(e[1]); // what is gone is gone
                    break;
                default:
                    break;
            }
        }

        // Otherwise nothing was tried.
        Assert.Contains(events, static e => e[0] == "ran" && e[^1] == "again");
        Assert.True(restored >= s_kills, $"{restored} tasks were restored");
        Assert.True(ended.Count >= s_kills / 2, $"{ended.Count} tasks were ended");
        Assert.True(approvals.Length >= s_kills, $"{approvals.Length} approvals were used");
        Assert.Contains(dispatches, static t => t.Count() == KilledTaskHost.Calls || t.Sum(static e => int.Parse(e[3], CultureInfo.InvariantCulture)) > KilledTaskHost.Spend - 9);
    }
}
