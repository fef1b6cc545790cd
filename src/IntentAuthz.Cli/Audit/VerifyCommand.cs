using System.CommandLine;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cli.Output;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Audit;

/// <summary><c>intentauthz audit verify</c>: finds out whether an audit log is as its writer wrote it.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var log = new Argument<FileInfo>("log") { Description = "The file that the host writes, JSON lines or SQLite; full files beside it are verified too." };
        var against = new AgainstOptions("--key");
        var json = JsonOption.Create();
        var command = new Command(
            "verify",
            """
            Finds changes, gaps, moves, insertions and cuts in an audit log, and says where they are.
            Example: intentauthz audit verify audit.jsonl --key audit=audit.pub.pem --checkpoint kept/checkpoints.jsonl
            The exit code is 0 if nothing is wrong, 1 if something is, 2 if something cannot be read, such as a log that is not there. With --checkpoint
            that is something wrong: there was one.
            """)
        {
            log, against.Key, against.Checkpoint, json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(log), against, parsed, parsed.GetValue(json), new VerbOutput(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo log, AgainstOptions against, ParseResult parsed, bool json, VerbOutput output, CancellationToken cancellation)
    {
        var options = new AuditVerifyOptions();
        try
        {
            against.Read(parsed, options);
            var found = await output.ProgressAsync("Verifying", progress =>
            {
                options.Progress = new ReadProgress(progress);
                return Task.Run(() => AuditVerifier.Verify(SqliteAuditLog.Detect(log.FullName), options, cancellation), cancellation);
            }).ConfigureAwait(false);
            if (found is { Log: null, Findings.Length: 1 } && !log.Exists && options.Checkpoints.Count == 0)
            {
                return output.NoAnswer($"There is no audit log {log.FullName}."); // a wrong path, more likely than a log that was deleted
            }

            if (json)
            {
                output.Json(writer => Write(writer, found));
            }
            else
            {
                output.Line(Readable(found, options.Checkpoints.Count));
            }

            return found.IsIntact ? ExitCode.Yes : ExitCode.No;
        }
        finally
        {
            foreach (var key in options.Keys.Values)
            {
                key.Dispose();
            }
        }
    }

    private static string Readable(AuditVerification found, int kept)
    {
        var text = new StringBuilder();
        foreach (var finding in found.Findings)
        {
            text.AppendLine(Printable.Text(finding.ToString()));
        }

        text.Append(
            found.IsIntact
                ? $"Intact: records {found.FirstRecord} to {found.Records - 1} of log {Printable.Text(found.Log!)}. "
                : $"Not intact: {(found.Findings.Length == AuditVerifier.MaxFindings ? "at least " : "")}{found.Findings.Length} finding{(found.Findings.Length == 1 ? "" : "s; the first is the one that matters")}. ");
        text.Append(
            found.LastCheckpoint is { } last
                ? $"The last good checkpoint covers {last.Records} records and is {(found.IsSigned ? $"signed by '{Printable.Text(last.KeyId!)}'" : "not held against a key")}. "
                : "No checkpoint holds. ");
        if (found.IsIntact && found.RecordsAfterCheckpoint > 0)
        {
            text.Append(found.LastCheckpoint is null
                ? $"Its {found.RecordsAfterCheckpoint} records are chained only: nothing vouches for them. "
                : $"The {found.RecordsAfterCheckpoint} records after it are chained only, and a later checkpoint would vouch for them. ");
        }

        if (found.IsIntact && kept > 0)
        {
            text.Append($"It holds {found.CheckpointsHeld} of {kept} checkpoints kept elsewhere{(found.CheckpointsHeld < kept ? "; the others are of records that are not here" : "")}. ");
        }

        if (found.EndsTorn)
        {
            text.Append("It ends in half a line that was never acknowledged, as after a kill. ");
        }

        text.Append(found.IsClosed ? "The writer closed the log." : "The log is not closed: its writer runs, was killed, or the end was cut off; a checkpoint kept elsewhere would tell.");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter writer, AuditVerification found)
    {
        writer.WriteBoolean("intact", found.IsIntact);
        writer.WriteString("log", found.Log);
        writer.WriteNumber("firstRecord", found.FirstRecord);
        writer.WriteNumber("records", found.Records);
        writer.WriteNumber("covered", found.LastCheckpoint?.Records ?? 0);
        writer.WriteNumber("afterCheckpoint", found.RecordsAfterCheckpoint);
        writer.WriteNumber("checkpointsHeld", found.CheckpointsHeld);
        writer.WriteBoolean("signed", found.IsSigned);
        writer.WriteBoolean("closed", found.IsClosed);
        writer.WriteBoolean("torn", found.EndsTorn);
        writer.WriteStartArray("findings");
        foreach (var finding in found.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("code", finding.Code.ToString());
            writer.WriteString("file", finding.File);
            writer.WriteNumber("line", finding.Line);
            writer.WriteNumber("record", finding.Record);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private sealed class ReadProgress(IProgress<double> parts) : IProgress<AuditVerifyProgress>
    {
        public void Report(AuditVerifyProgress value) => parts.Report(value.TotalBytes == 0 ? 1 : (double)value.Bytes / value.TotalBytes);
    }
}
