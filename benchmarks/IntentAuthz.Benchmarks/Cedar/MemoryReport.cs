using System.Globalization;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>
/// What policies of the agent scenario take of memory once they are loaded, and how long a process takes that has loaded nothing
/// before. What is measured lives; the garbage that loading makes is in <see cref="LoadingBenchmarks"/>.
/// </summary>
internal static class MemoryReport
{
    private const int PolicyCount = 10_000;

    internal static void Write(TextWriter output)
    {
        AgentScenario scenario = new(PolicyCount);
        string schemaText = scenario.SchemaText;
        output.WriteLine("| 10,000 policies | live bytes | per policy | first time |");
        output.WriteLine("|---|---:|---:|---:|");
        PolicySet policies = Measure(output, "parsed", () => PolicySet.Parse(scenario.Text));
        Schema schema = Measure(output, "schema", () => Schema.ParseCedar(schemaText));
        ValidationResult result = Measure(output, "validated", () => Validator.Validate(policies, schema));
        CompiledPolicySet compiled = Measure(output, "compiled, beside parsed", policies.Compile);
        BoundPolicySet bound = Measure(output, "bound to 12,100 entities, beside compiled", () => compiled.Bind(scenario.Entities));
        LayoutAuthorizer layout = Measure(output, "with a layout, beside bound", () => bound.WithLayout(AgentScenario.Layout));
        GC.KeepAlive((scenario, policies, schema, result, compiled, bound, layout));
    }

    private static T Measure<T>(TextWriter output, string name, Func<T> make)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Environment.TickCount64;
        T made = make();
        long milliseconds = Environment.TickCount64 - start;
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {bytes:N0} | {bytes / PolicyCount:N0} | {milliseconds} ms |"));
        return made;
    }
}
