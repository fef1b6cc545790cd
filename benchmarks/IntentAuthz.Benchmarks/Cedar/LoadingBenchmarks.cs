using BenchmarkDotNet.Attributes;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>What it takes to load 10,000 policies of the agent scenario, step by step and as a host does it.</summary>
[MemoryDiagnoser]
public class LoadingBenchmarks
{
    private const int PolicyCount = 10_000;

    private AgentScenario _scenario = null!;
    private string _schemaText = "";
    private Schema _schema = null!;
    private PolicySet _policies = null!;
    private CompiledPolicySet _compiled = null!;

    /// <summary>Makes the scenario.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _scenario = new AgentScenario(PolicyCount);
        _schemaText = _scenario.SchemaText;
        _schema = ParseSchema();
        _policies = Parse();
        _compiled = Compile();
        if (!Validate().IsValid || _policies.Policies.Count != PolicyCount)
        {
            throw new InvalidOperationException("The scenario does not validate.");
        }

        int bytes = System.Text.Encoding.UTF8.GetByteCount(_scenario.Text);
        Console.WriteLine($"// {PolicyCount} policies in {bytes:N0} bytes, a schema of {PolicyCount / 5:N0} actions in {_schemaText.Length:N0} bytes, {_scenario.Entities.Count:N0} entities");
    }

    /// <summary>Text to policies.</summary>
    [Benchmark]
    public PolicySet Parse() => PolicySet.Parse(_scenario.Text);

    /// <summary>Text to a schema.</summary>
    [Benchmark]
    public Schema ParseSchema() => Schema.ParseCedar(_schemaText);

    /// <summary>Strict validation.</summary>
    [Benchmark]
    public ValidationResult Validate() => Validator.Validate(_policies, _schema);

    /// <summary>Policies to compiled policies.</summary>
    [Benchmark]
    public CompiledPolicySet Compile() => _policies.Compile();

    /// <summary>Parse, validate and compile; the schema is there.</summary>
    [Benchmark(Baseline = true)]
    public CompiledPolicySet ParseValidateCompile()
    {
        PolicySet policies = PolicySet.Parse(_scenario.Text);
        return Validator.Validate(policies, _schema).IsValid ? policies.Compile() : throw new InvalidOperationException("The scenario does not validate.");
    }

    /// <summary>Compiled policies to policies bound to a store.</summary>
    [Benchmark]
    public BoundPolicySet Bind() => _compiled.Bind(_scenario.Entities);

    /// <summary>Bound policies to a layout of requests.</summary>
    [Benchmark]
    public LayoutAuthorizer BindWithLayout() => _compiled.Bind(_scenario.Entities).WithLayout(AgentScenario.Layout);
}
