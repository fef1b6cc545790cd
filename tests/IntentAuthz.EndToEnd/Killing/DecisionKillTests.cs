namespace IntentAuthz.EndToEnd.Killing;

/// <summary>A host that keeps its decisions is killed at random moments and started again on the same store. Ten kills by default, a hundred in the long run.</summary>
public sealed class DecisionKillTests : IDisposable
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Killed_AtAnyMoment_LosesNothingThatWasAcknowledged()
    {
        string store = _directory.Sub("store");
        string acknowledged = Path.Combine(_directory.Path, "acknowledged");
        Random random = new(20261126);
        for (int kill = 0; kill < (s_long ? 100 : 10); kill++)
        {
            await using KilledProcess host = await KilledProcess.StartDecisionHostAsync(store, acknowledged);
            await Task.Delay(random.Next(20, 600));
            await host.KillAsync();
        }

        using DecisionKey key = KilledDecisionHost.Key;
        HashSet<string> kept = [.. FileDecisionStore.ReadAll(store, key).Select(static d => d.Call?.Value ?? "")];
        string[] promised = File.ReadAllText(acknowledged).Split('\n')[..^1]; // the last line may be cut
        string[] lost = [.. promised.Where(call => !kept.Contains(call))];

        Assert.True(promised.Length > 100, $"The kills have to hit hosts at work; {promised.Length} decisions were acknowledged.");
        Assert.True(lost.Length == 0, $"{lost.Length} of {promised.Length} acknowledged decisions were lost, the first of them {lost.FirstOrDefault()}");

        ReplayResult replayed = await new DecisionReplay([PolicySource.Text(KilledDecisionHost.Policies)]).RunAsync(store, key);
        Assert.Empty(replayed.Problems);
        Assert.Equal((0L, 0L), (replayed.Changed, replayed.Unknown));
        Assert.NotEmpty(replayed.Unfinished); // a killed host marks no end, and that is said
    }
}
