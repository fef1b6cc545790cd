using System.CommandLine;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cli.Audit;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident verify</c>: finds out whether a folder of evidence is as it was exported.</summary>
internal static class VerifyVerb
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "The folder that 'export' has made, or a copy of it." };
        var manifest = new Option<string?>("--manifest") { Description = "The SHA-256 of manifest.json as 'export' printed it, 64 hexadecimal digits.", HelpName = "sha256" };
        var against = new AgainstOptions("--key");
        var json = JsonOption.Create();
        var command = new Command(
            "verify",
            """
            Finds out whether evidence is as it was exported, and its records of the audit are the host's. It needs neither the host nor its log.
            Example: intentauthz incident verify evidence --manifest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --key audit=audit.pub.pem
            The exit code is 0 if nothing is wrong, 1 if something is, 2 if there is no such folder or it cannot be read. Without --manifest, who could
            write the folder could have changed a file and the manifest with it; without --key, the proofs only show that records and checkpoint agree.
            """)
        {
            folder, manifest, against.Key, json,
        };
        manifest.Validators.Add(result =>
        {
            if (result.Tokens is [var typed] && !IsDigest(typed.Value))
            {
                result.AddError("--manifest is the SHA-256 of manifest.json as 'export' printed it: 64 hexadecimal digits.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new EvidenceVerifyOptions { ManifestSha256 = parsed.GetValue(manifest) };
            try
            {
                against.ReadKeys(parsed, options.Keys);
                // On another thread: Ctrl-C is listened to only once the action has given its thread back.
                var path = parsed.GetRequiredValue(folder).FullName;
                var found = await Task.Run(() => EvidenceVerifier.Verify(path, options, cancellation), cancellation).ConfigureAwait(false);
                var output = new VerbOutput(parsed);
                if (parsed.GetValue(json))
                {
                    output.Json(writer => Write(writer, found));
                }
                else
                {
                    output.Line(Readable(found, options.Keys.Count > 0));
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
        });
        return command;
    }

    private static bool IsDigest(string text)
    {
        try
        {
            _ = new EvidenceVerifyOptions { ManifestSha256 = text };
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Signature(AuditCheckpoint checkpoint, bool isSigned, bool isAgainstKeys) =>
        isSigned ? $"signed by '{Printable.Text(checkpoint.KeyId!)}'"
        : isAgainstKeys ? "which no key that was given has signed"
        : "whose signature was not held against a key (--key)";

    private static string Readable(EvidenceVerification found, bool isAgainstKeys)
    {
        var text = new StringBuilder();
        foreach (var finding in found.Findings)
        {
            text.AppendLine(Printable.Text(finding.ToString()));
        }

        foreach (var missing in found.Missing)
        {
            text.AppendLine($"missing   {Printable.Text(missing)}");
        }

        text.Append(
            found.IsIntact
                ? $"Intact: {found.Files} files of {found.Incident}. "
                : $"Not intact: {(found.Findings.Length == EvidenceVerifier.MaxFindings ? "at least " : "")}{found.Findings.Length} finding{(found.Findings.Length == 1 ? "" : "s")}. ");
        if (found.IsManifestHeld)
        {
            text.Append("The manifest is the one that was written down. ");
        }
        else if (found.IsIntact)
        {
            text.Append("The manifest was held against nothing (--manifest): who could write the folder could have changed it with the files. ");
        }

        text.Append($"Of {found.AuditRecords} audit records {found.AuditProofs} are proven");
        text.Append(found.Checkpoint is { } checkpoint
            ? $" by the checkpoint of {checkpoint.Records} records of log {Printable.Text(checkpoint.Log)}, {Signature(checkpoint, found.IsSigned, isAgainstKeys)}."
            : "; there is no checkpoint.");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter writer, EvidenceVerification found)
    {
        writer.WriteBoolean("intact", found.IsIntact);
        writer.WriteString("incident", found.Incident?.Value);
        writer.WriteString("manifestSha256", found.ManifestSha256);
        writer.WriteBoolean("manifestHeld", found.IsManifestHeld);
        writer.WriteNumber("files", found.Files);
        writer.WriteNumber("auditRecords", found.AuditRecords);
        writer.WriteNumber("auditProofs", found.AuditProofs);
        writer.WriteString("log", found.Checkpoint?.Log);
        writer.WriteNumber("covered", found.Checkpoint?.Records ?? 0);
        writer.WriteBoolean("signed", found.IsSigned);
        writer.WriteStartArray("missing");
        foreach (var missing in found.Missing)
        {
            writer.WriteStringValue(missing);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("findings");
        foreach (var finding in found.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("code", finding.Code.ToString());
            writer.WriteString("file", finding.File);
            writer.WriteNumber("line", finding.Line);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
