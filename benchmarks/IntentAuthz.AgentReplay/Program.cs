using IntentAuthz.AgentReplay;
using IntentAuthz.AgentReplay.Data;
using IntentAuthz.AgentReplay.Replay;
using IntentAuthz.AgentReplay.Report;
using IntentAuthz.AgentReplay.Suites;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

if (!Directory.Exists(options.Directory))
{
    Console.Error.WriteLine($"There is no directory {options.Directory}. {Options.Usage}");
    return 2;
}

IReadOnlyList<SuiteData> data = SuiteData.ReadAll(options.Directory);
List<SuiteReport> reports = [];
foreach (SuiteData suite in data)
{
    if (SuiteDefinition.Find(suite.Name) is not { } definition)
    {
        Console.Error.WriteLine($"The suite '{suite.Name}' has no descriptors and policies here; there are {string.Join(", ", SuiteDefinition.Names)}.");
        return 2;
    }

    await using SuiteGuard guard = new(definition);
    Replayer replayer = new(guard);
    if (options.ExplainTask is null)
    {
        for (int i = 0; i < 3; i++)
        {
            await replayer.ReplayAsync(suite, new SuiteReport(suite.Name, definition.IsWrite)); // to warm up
        }

        SuiteReport report = new(suite.Name, definition.IsWrite);
        await replayer.ReplayAsync(suite, report);
        reports.Add(report);
        continue;
    }

    foreach (UserTask task in suite.UserTasks.Where(t => t.Id == options.ExplainTask))
    {
        InjectionTask? attack = suite.InjectionTasks.FirstOrDefault(i => i.Id == options.ExplainAttack);
        Console.WriteLine($"{suite.Name}: {task.Prompt.Trim()}");
        Printer.Explain(Console.Out, options.ExplainAttack is null || attack is null ? await replayer.BenignAsync(task) : await replayer.AttackedAsync(task, attack));
    }

    foreach (PoisonedCase entry in suite.PoisonedCases.Where(c => c.Id == options.ExplainTask))
    {
        Console.WriteLine($"{suite.Name}: {entry.Prompt.Trim()}");
        Printer.Explain(Console.Out, await replayer.PoisonedAsync(entry));
    }
}

if (options.ExplainTask is null)
{
    SuiteReport all = SuiteReport.Sum(reports);
    if (options.Json)
    {
        Printer.Json(Console.Out, reports, all);
    }
    else
    {
        Printer.Table(Console.Out, reports, all);
    }

    Console.WriteLine(Printer.Summary(all));
}

return 0;
