using System.CommandLine;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident</c>: answers incidents through the state file that hosts share.</summary>
internal static class IncidentCommand
{
    public static Command Create() => new(
        "incident",
        """
        Answers incidents: freeze, see what is live, export the evidence, revoke and rotate, reopen. It works through the host's state file.
        The steps for the person on call are in docs/runbook.md.
        """)
    {
        LookVerbs.List(),
        LookVerbs.Show(),
        FreezeVerb.Create(),
        LookVerbs.Live(),
        ExportVerb.Create(),
        VerifyVerb.Create(),
        RevokeVerb.Create(),
        ReopenVerb.Reopen(),
        ReopenVerb.Close(),
    };
}
