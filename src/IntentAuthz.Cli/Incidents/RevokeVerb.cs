using System.CommandLine;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident revoke</c>: ends for good what an incident is about, and has long-lived secrets renewed.</summary>
internal static class RevokeVerb
{
    public static Command Create()
    {
        var of = new IncidentVerbOptions();
        var command = new Command(
            "revoke",
            """
            Ends for good what an incident is about, and has the hosts renew the long-lived secrets that were lent to it, as far as their issuers can.
            It says what remains: credentials that may still be honoured, and until when; secrets that somebody has to replace by hand.
            Example: intentauthz incident revoke inc_0b5f… --state state.db --key-file operator.key --as olga --reason "mails customers' data"
            The exit code is 0 if it was done and nothing remains, 1 if something remains or no running host has answered, 2 if the state cannot be
            written, 3 if the key is not the host's: then nothing was done.
            """)
        {
            of.Incident, of.State, of.KeyFile, of.By, of.Reason, of.Wait, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            var patience = IncidentVerbOptions.Patience(parsed.GetValue(of.Wait));
            if (IncidentRun.WhyNoKey(session, parsed.GetRequiredValue(of.KeyFile), output) is { } refused)
            {
                return refused;
            }

            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            if (!incident.IsOpen)
            {
                throw new ArgumentException("The incident is closed; freeze by name what it was about, which opens another.");
            }

            var by = IncidentRun.By(parsed.GetRequiredValue(of.By));
            var reason = parsed.GetRequiredValue(of.Reason);
            var entry = session.Entry(incident, IncidentEntryKind.Revoked, by, reason);
            await StopVerb.WriteAsync(session, incident.Subject, incident.Id, by, reason, entry.At).ConfigureAwait(false);
            await session.AppendAsync(entry, CancellationToken.None).ConfigureAwait(false);

            // A stop that stood before, as of an agent that was frozen, is told of already.
            var report = await session.WaitAsync(incident.Id, e => StopVerb.IsReport(e, incident.Subject), patience, cancellation).ConfigureAwait(false);
            var rotated = await session.WaitAsync(
                incident.Id, e => e.Kind == IncidentEntryKind.Rotated && e.At >= entry.At, report is null ? TimeSpan.Zero : patience, cancellation).ConfigureAwait(false);
            var exit = StopVerb.Tell(session, output, incident.Id, "revoked", report, rotated, parsed.GetValue(of.Json));
            return exit == ExitCode.Yes && session.Find(incident.Id)!.GetRemaining(DateTimeOffset.UtcNow).IsEmpty && rotated is not null ? ExitCode.Yes : ExitCode.No;
        }, cancellation));
        return command;
    }
}
