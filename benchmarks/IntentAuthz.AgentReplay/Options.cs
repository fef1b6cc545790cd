namespace IntentAuthz.AgentReplay;

/// <summary>What the command line asks for.</summary>
internal sealed record Options(string Directory, bool Json, string? ExplainTask, string? ExplainAttack)
{
    internal const string Usage = "usage: AgentReplay <directory> [--json] [--explain <user task or poisoned case> [<injection task>]]";

    internal static Options? Parse(string[] arguments)
    {
        string? directory = null;
        bool json = false;
        string? task = null;
        string? attack = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--explain" when i + 1 < arguments.Length:
                    task = arguments[++i];
                    if (i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) && directory is not null)
                    {
                        attack = arguments[++i];
                    }

                    break;
                default:
                    if (directory is not null || arguments[i].StartsWith("--", StringComparison.Ordinal))
                    {
                        return null;
                    }

                    directory = arguments[i];
                    break;
            }
        }

        return directory is null ? null : new Options(directory, json, task, attack);
    }
}
