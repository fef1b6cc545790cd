using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>A host whose agents loop: three equal calls are a signal.</summary>
internal static class IncidentFixture
{
    internal const string Policies = """
        permit(principal, action, resource);
        """;

    internal static GuardFixture Create(
        Action<IntentAuthzOptions>? configure = null, Action<IntentAuthzBuilder>? add = null, string policies = Policies, SignalResponse response = SignalResponse.Record, IAuditSink? sink = null) => new(
        policies,
        builder =>
        {
            builder.AddTool(Tool("read")).AddTool(Tool("write"));
            add?.Invoke(builder);
        },
        options =>
        {
            options.Signals.MaxRepeats = 2;
            options.Signals.Responses[SignalKind.Runaway] = response;
            options.Incidents.OpenAt = IncidentSeverity.Low;
            configure?.Invoke(options);
        },
        sink);

    internal static ToolDescriptorBuilder Tool(string name) => ToolDescriptor.For(name)
        .InputSchema("""{"properties":{"n":{"type":"integer"},"text":{"type":"string"}}}""").Argument("n", ArgumentRole.Selector).Argument("text", ArgumentRole.Content).Idempotent()
        .ResultLabel(Integrity.Trusted, Confidentiality.Public);

    /// <summary>Makes the agent loop until a detector sees it.</summary>
    internal static async Task<Incident> LoopAsync(this GuardFixture fixture, AgentTask task, string tool = "read", string arguments = "{}")
    {
        for (int i = 0; i < 3; i++)
        {
            await fixture.CallAsync(task, tool, arguments);
        }

        return fixture.Guard.Incidents.GetOpen(task.Tenant).First(i => i.RootTask == task.Root.Id);
    }

    /// <summary>Waits for what happens beside the step, in real time.</summary>
    internal static async Task<Incident> UntilAsync(this GuardFixture fixture, Incident incident, Func<Incident, bool> condition)
    {
        for (int i = 0; i < 500; i++)
        {
            if (fixture.Guard.Incidents.Find(incident.Tenant, incident.Id) is { } now && condition(now))
            {
                return now;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"It did not happen: {fixture.Guard.Incidents.Find(incident.Tenant, incident.Id)}: {string.Join("; ", incident.Entries)}");
    }

    internal static bool Has(this Incident incident, IncidentEntryKind kind) => incident.Entries.Any(e => e.Kind == kind);

    internal static IncidentEntry Last(this Incident incident, IncidentEntryKind kind) => incident.Entries.Last(e => e.Kind == kind);
}
