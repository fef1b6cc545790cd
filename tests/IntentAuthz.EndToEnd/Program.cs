namespace IntentAuthz.EndToEnd;

/// <summary>The test assembly is a program too: the tests that kill a host start it as the host to be killed.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Killing.KilledHost.Verb, ..])
        {
            return await Killing.KilledHost.RunAsync(arguments[1..]);
        }

        if (arguments is [Killing.KilledTaskHost.Verb, ..])
        {
            return await Killing.KilledTaskHost.RunAsync(arguments[1..]);
        }

        if (arguments is [Killing.KilledDecisionHost.Verb, ..])
        {
            return await Killing.KilledDecisionHost.RunAsync(arguments[1..]);
        }

        if (arguments is [Incidents.IncidentHost.Verb, ..])
        {
            return await Incidents.IncidentHost.RunAsync(arguments[1..]);
        }

        if (arguments is [Killing.KilledAuditHost.Verb, ..])
        {
            return await Killing.KilledAuditHost.RunAsync(arguments[1..]);
        }

        Console.Error.WriteLine("These are tests; run them with dotnet test.");
        return 1;
    }
}
