using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Audit;

/// <summary><c>intentauthz audit verify</c>: finds out whether an audit log is as its writer wrote it.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var log = new Argument<FileInfo>("log") { Description = "The file that the host writes; full files beside it are verified too." };
        var key = new Option<string[]>("--key") { Description = "A public key that has to have signed the checkpoints, as id=file with the key in PEM. May be given several times." };
        var checkpoint = new Option<FileInfo[]>("--checkpoint") { Description = "A file with checkpoints that were kept elsewhere, one a line. May be given several times." };
        var json = JsonOption.Create();
        var command = new Command(
            "verify",
            """
            Finds changes, gaps, moves, insertions and cuts in an audit log, and says where they are.
            Example: intentauthz audit verify audit.jsonl --key audit=audit.pub.pem --checkpoint kept/checkpoints.jsonl
            The exit code is 0 if nothing is wrong, 1 if something is, 2 if something cannot be read.
            """)
        {
            log, key, checkpoint, json,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(
            parsed.GetRequiredValue(log), parsed.GetValue(key) ?? [], parsed.GetValue(checkpoint) ?? [], parsed.GetValue(json), new VerbOutput(parsed), cancellation)));
        return command;
    }

    private static int Run(FileInfo log, string[] keys, FileInfo[] checkpoints, bool json, VerbOutput output, CancellationToken cancellation)
    {
        var options = new AuditVerifyOptions();
        try
        {
            foreach (var key in keys)
            {
                AddKey(key, options);
            }

            foreach (var file in checkpoints)
            {
                AddCheckpoints(file, options);
            }

            var found = AuditVerifier.Verify(log.FullName, options, cancellation);
            if (json)
            {
                output.Json(writer => Write(writer, found));
            }
            else
            {
                output.Line(Readable(found));
            }

            return found.IsIntact ? ExitCode.Yes : ExitCode.No;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or ArgumentException or CryptographicException)
        {
            return output.NoAnswer(exception.Message);
        }
        finally
        {
            foreach (var key in options.Keys.Values)
            {
                key.Dispose();
            }
        }
    }

    private static void AddKey(string text, AuditVerifyOptions options)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } id, { Length: > 0 } file] || options.Keys.ContainsKey(id))
        {
            throw new FormatException($"'{text}' is not id=file, or the id is given twice. Example: --key audit=audit.pub.pem");
        }

        var key = ECDsa.Create();
        options.Keys.Add(id, key);
        key.ImportFromPem(File.ReadAllText(file));
    }

    private static void AddCheckpoints(FileInfo file, AuditVerifyOptions options)
    {
        foreach (var line in File.ReadLines(file.FullName))
        {
            if (line.Length > 0)
            {
                options.Checkpoints.Add(AuditCheckpoint.TryParse(line, out var checkpoint) ? checkpoint : throw new FormatException($"{file.FullName} holds a line that is no checkpoint."));
            }
        }
    }

    private static string Readable(AuditVerification found)
    {
        var text = new StringBuilder();
        foreach (var finding in found.Findings)
        {
            text.AppendLine(Printable.Text(finding.ToString()));
        }

        text.Append(
            found.IsIntact
                ? $"Intact: records {found.FirstRecord} to {found.Records - 1} of log {found.Log}. "
                : $"Not intact: {(found.Findings.Length == AuditVerifier.MaxFindings ? "at least " : "")}{found.Findings.Length} finding{(found.Findings.Length == 1 ? "" : "s; the first is the one that matters")}. ");
        text.Append(
            found.LastCheckpoint is { } last
                ? $"The last good checkpoint covers {last.Records} records and is {(found.IsSigned ? $"signed by '{last.KeyId}'" : "not held against a key")}. "
                : "No checkpoint holds. ");
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
}
