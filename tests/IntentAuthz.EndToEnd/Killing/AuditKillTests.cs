using System.Security.Cryptography;
using System.Text.Json;

using IntentAuthz.Sqlite;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host is killed while it writes its audit, at random moments, and started again on the same log. Whatever it was in the middle of: what it had
/// acknowledged is there, each high-risk call that ran has its decision, no checkpoint that was kept elsewhere is missing, and the next host goes on
/// with the chain. Four kills by default; a hundred in the long run.
/// </summary>
public sealed class AuditKillTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static int Kills => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 100 : 4;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("file")]
    [InlineData("sqlite")]
    public async Task Killed_AtAnyMoment_NothingAcknowledgedIsLostAndTheNextGoesOn(string kind)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, KilledAuditHost.KeyFile), key.ExportPkcs8PrivateKeyPem());
        AuditVerifyOptions options = new() { Keys = { ["audit"] = key } };
        Random random = new(20261126);
        List<string> ran = [];
        Dictionary<int, int> acknowledged = [];
        string path = KilledAuditHost.LogPath(kind, _directory.Path);
        for (int run = 0; run < Kills; run++)
        {
            await using KilledProcess host = await KilledProcess.StartAuditHostAsync(kind, _directory.Path, run);
            await Task.Delay(random.Next(20, 1_200));
            await host.KillAsync();
            foreach (string line in host.Output)
            {
                Take(line, ran, acknowledged, options);
            }

            AuditVerifyOptions newest = new(); // signatures and all that was kept are held against the whole log in the end: here they would take longer than the killing
            foreach (AuditCheckpoint checkpoint in options.Checkpoints.TakeLast(10))
            {
                newest.Checkpoints.Add(checkpoint);
            }

            AuditVerification found = kind == "sqlite" ? AuditVerifier.Verify(SqliteAuditLog.At(path), newest) : AuditVerifier.Verify(AuditLog.JsonLines(path), newest);
            Assert.True(found.IsIntact, $"after kill {run}: {string.Join('\n', found.Findings)}");
            Assert.True(found is { FirstRecord: 0, IsClosed: false }, $"after kill {run} the log begins at {found.FirstRecord} and is closed: {found.IsClosed}");
        }

        await using (KilledProcess last = await KilledProcess.StartAuditHostAsync(kind, _directory.Path, Kills))
        {
            await Task.Delay(200);
            await last.StopAsync();
            foreach (string line in last.Output)
            {
                Take(line, ran, acknowledged, options);
            }
        }

        AuditVerification whole = kind == "sqlite" ? AuditVerifier.Verify(SqliteAuditLog.At(path), options) : AuditVerifier.Verify(AuditLog.JsonLines(path), options);
        Assert.True(whole is { IsIntact: true, IsClosed: true, IsSigned: true }, string.Join('\n', whole.Findings));
        HashSet<string> texts = [], permitted = [];
        foreach (string line in kind == "sqlite" ? Rows(path) : Files(path).SelectMany(File.ReadLines))
        {
            if (JsonElement.Parse(line) is var json && json.TryGetProperty("record", out JsonElement record))
            {
                texts.Add(record.GetProperty("explanation").GetString()!);
                if (record.TryGetProperty("outcome", out JsonElement outcome) && outcome.GetString() == "permit" && record.TryGetProperty("call", out JsonElement call))
                {
                    permitted.Add(call.GetString()!);
                }
            }
        }

        foreach ((int run, int written) in acknowledged)
        {
            int[] lost = [.. Enumerable.Range(0, written).Where(i => !texts.Contains(KilledAuditHost.Text(run, i)))];
            Assert.True(lost.Length == 0, $"run {run} acknowledged {written} records, and {lost.Length} are lost, the first is {lost.FirstOrDefault()}");
        }

        string[] unrecorded = [.. ran.Where(c => !permitted.Contains(c))];
        Assert.True(unrecorded.Length == 0, $"{unrecorded.Length} of {ran.Count} high-risk calls ran and have no record");
        Assert.True(ran.Count > Kills && acknowledged.Values.Sum() > 100 * Kills, $"the kills have to hit hosts at work: {ran.Count} calls, {acknowledged.Values.Sum()} records");
        Assert.True(options.Checkpoints.Count > Kills);
    }

    private static void Take(string line, List<string> ran, Dictionary<int, int> acknowledged, AuditVerifyOptions options)
    {
        switch (line.Split(' '))
        {
            case ["ran", string call]:
                ran.Add(call);
                break;
            case ["ack", string run, string written]:
                acknowledged[int.Parse(run, System.Globalization.CultureInfo.InvariantCulture)] = int.Parse(written, System.Globalization.CultureInfo.InvariantCulture);
                break;
            case ["kept", ..] when AuditCheckpoint.TryParse(line["kept ".Length..], out AuditCheckpoint? checkpoint):
                options.Checkpoints.Add(checkpoint);
                break;
            default:
                break; // a line that the kill cut in two
        }
    }

    private static IEnumerable<string> Files(string path) => [
        .. Directory.GetFiles(Path.GetDirectoryName(path)!, $"audit.0*{Path.GetExtension(path)}").Order(StringComparer.Ordinal), path];

    private static IEnumerable<string> Rows(string path)
    {
        foreach (string file in Files(path))
        {
            using SqliteConnection connection = new($"Data Source={file};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT content FROM line ORDER BY number";
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                yield return rows.GetString(0);
            }
        }
    }
}
