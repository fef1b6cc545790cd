using System.CommandLine;
using IntentAuthz.Cli.Output;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident export</c>: writes the evidence into a new directory.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var of = new IncidentVerbOptions();
        var into = new Option<DirectoryInfo>("--out") { Description = "The directory to make; it may be there if it is empty.", Required = true };
        var audit = new Option<FileInfo?>("--audit") { Description = "The host's audit log, JSON lines or SQLite, for an excerpt with proofs." };
        var command = new Command(
            "export",
            """
            Writes the evidence of an incident into a new directory: its timeline, what the hosts know of its tasks, the audit's records about it with
            proofs, and a manifest with the SHA-256 of each file. Nothing in it is an argument, a result or a secret.
            Example: intentauthz incident export inc_0b5f… --state state.db --audit audit.jsonl --out evidence --key-file operator.key --as olga
            The exit code is 0 if all of it was written, 1 if something is missing, which is said, 2 if nothing could be written,
            3 if the key is not the host's.
            """)
        {
            of.Incident, of.State, into, audit, of.KeyFile, of.By, of.Wait, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            var patience = IncidentVerbOptions.Patience(parsed.GetValue(of.Wait));
            if (IncidentRun.WhyNoKey(session, parsed.GetRequiredValue(of.KeyFile), output) is { } refused)
            {
                return refused;
            }

            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            var answer = await LookVerbs.AskAsync(session, incident, patience, cancellation).ConfigureAwait(false);
            incident = session.Find(incident.Id)!;
            var export = EvidenceFolder.Write(incident, parsed.GetRequiredValue(into).FullName, parsed.GetValue(audit) is { } log ? SqliteAuditLog.Detect(log.FullName) : null, cancellation);
            var missing = export.Missing.ToList();
            if (answer is null && incident.IsOpen)
            {
                missing.Insert(0, "no running host has answered: what it knows of the tasks now is not in it");
            }

            if (incident.IsOpen)
            {
                await session.AppendAsync(
                    session.Entry(
                        incident, IncidentEntryKind.Exported, IncidentRun.By(parsed.GetRequiredValue(of.By)),
                        $"{export.Files.Length} files, {export.AuditRecords} audit records with {export.AuditProofs} proofs; SHA-256 of manifest.json {export.ManifestSha256}"),
                    cancellation).ConfigureAwait(false);
            }

            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    writer.WriteString("incident", incident.Id.Value);
                    writer.WriteString("directory", export.Directory);
                    writer.WriteString("manifestSha256", export.ManifestSha256);
                    writer.WriteNumber("files", export.Files.Length);
                    writer.WriteNumber("auditRecords", export.AuditRecords);
                    writer.WriteNumber("auditProofs", export.AuditProofs);
                    writer.WriteStartArray("missing");
                    foreach (var left in missing)
                    {
                        writer.WriteStringValue(left);
                    }

                    writer.WriteEndArray();
                });
            }
            else
            {
                output.Line($"{export.Files.Length} files in {Printable.Text(export.Directory)}: {export.AuditRecords} audit records, {export.AuditProofs} with proofs.");
                output.Line($"Write down the SHA-256 of manifest.json: {export.ManifestSha256}");
                foreach (var left in missing)
                {
                    output.Line($"missing   {Printable.Text(left, 1024)}", "yellow");
                }
            }

            return missing.Count == 0 ? ExitCode.Yes : ExitCode.No;
        }, cancellation));
        return command;
    }
}
