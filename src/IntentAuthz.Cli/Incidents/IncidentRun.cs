using System.CommandLine;
using IntentAuthz.Cli.Output;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Incidents;

/// <summary>Runs one verb of <c>intentauthz incident</c> over an opened state file, and turns what can go wrong into an exit code.</summary>
internal static class IncidentRun
{
    private const int MaxKeyBytes = 4096;

    /// <summary>Opens the state, reads the incidents, and runs the verb.</summary>
    public static Task<int> OverAsync(FileInfo state, ParseResult parsed, Func<StateSession, VerbOutput, Task<int>> verb, CancellationToken cancellation) => OverUnreadAsync(
        state, parsed,
        async (session, output) =>
        {
            await session.ReadAsync(cancellation).ConfigureAwait(false);
            return await verb(session, output).ConfigureAwait(false);
        });

    /// <summary>Opens the state and runs a verb that reads the incidents itself: one that stops something must not fail since they cannot be read.</summary>
    public static async Task<int> OverUnreadAsync(FileInfo state, ParseResult parsed, Func<StateSession, VerbOutput, Task<int>> verb)
    {
        var output = new VerbOutput(parsed);
        try
        {
            var session = StateSession.Open(state);
            await using (session.ConfigureAwait(false))
            {
                return await verb(session, output).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteStateException or ArgumentException or FormatException)
        {
            return output.NoAnswer(exception.Message);
        }
    }

    /// <summary>Checks the operator key against what the host has left in the state.</summary>
    /// <returns>Null when it is the host's; else the exit code.</returns>
    public static int? WhyNoKey(StateSession session, FileInfo file, VerbOutput output)
    {
        if (!file.Exists || file.Length > MaxKeyBytes)
        {
            return output.NoAnswer($"{file.FullName} is not there, or too large to be an operator key.");
        }

        switch (session.State.IsOperatorKey(new OperatorKey(File.ReadAllText(file.FullName).Trim())))
        {
            case true:
                return null;
            case false:
                output.NoAnswer("This is not the host's operator key. Nothing was done.");
                return ExitCode.WrongKey;
            default:
                return output.NoAnswer("The host that wrote this state has no operator key; set IntentAuthzOptions.OperatorKey and start it once. Nothing was done.");
        }
    }

    public static Incident Find(StateSession session, string id) =>
        session.Find(new IncidentId(id)) ?? throw new ArgumentException($"There is no incident {id} in this state; 'intentauthz incident list' shows those there are.");

    public static string By(string name) => $"operator key ({name})";
}
