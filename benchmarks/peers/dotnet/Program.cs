using System.Globalization;

using IntentAuthz.Peers;

string script = args is [string path] ? path : throw new ArgumentException("Give the path of measure.mjs.");
int[] sizes = [1, 10, 1_000];
// Of two rounds the better: what is measured first may still be in the compiler's hands, and the machine is never quite still.
const int Rounds = 2;
List<Figure> figures = [];
foreach (int policies in sizes)
{
    PeerWorld world = new(policies);
    Peer[] peers =
    [
        .. OwnPeers.Create(world), .. PlainCSharp.Create(world), .. AspNetCorePeer.Create(world), .. CelPeer.Create(world),
        .. NRulesPeer.Create(world), .. RulesEnginePeer.Create(world),
    ];
    for (int round = 0; round < Rounds; round++)
    {
        foreach (Peer peer in peers)
        {
            figures.Add(await Measurement.RunAsync(world, peer));
        }

        figures.AddRange(await NodePeers.RunAsync(script, world));
    }
}

Console.WriteLine($"| nanoseconds a decision | {string.Join(" | ", sizes.Select(static n => $"N = {n:N0}"))} | bytes | compared with the first row |");
Console.WriteLine("|---|---:|---:|---:|---:|---|");
foreach (IGrouping<string, Figure> peer in figures.GroupBy(static figure => figure.Name))
{
    string times = string.Join(" | ", sizes.Select(n => peer.Where(figure => figure.Policies == n).MinBy(static figure => figure.Nanoseconds) is { } figure ? Round(figure.Nanoseconds) : "-"));
    Console.WriteLine($"| {peer.Key} | {times} | {peer.Last().Bytes?.ToString("N0", CultureInfo.InvariantCulture) ?? "-"} | {peer.Last().Remark} |");
}

static string Round(double nanoseconds) => nanoseconds.ToString(nanoseconds < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
