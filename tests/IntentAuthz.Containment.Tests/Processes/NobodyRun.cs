using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

using IntentAuthz.Containment.Tests.Tools;

using Xunit.Sdk;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The tests of contained processes, run once by a host that is not root: a process of another user, with no rights and no group of its own.</summary>
public sealed class NobodyRun : IAsyncLifetime
{
    private static readonly Type[] s_classes = [typeof(ContainedProcessTests), typeof(ContainedLimitsTests), typeof(PreparedStartsTests), typeof(ToolchainTests), typeof(ChildEgressTests)];

    /// <summary>These need what only root has: control groups, mounts of the host.</summary>
    private static readonly HashSet<string> s_needRoot = new(StringComparer.Ordinal)
    {
        nameof(ContainedProcessTests.Probe_OnThisMachine_NamesEveryLayer), nameof(ContainedLimitsTests.Limit_Reached_IsNamed),
        nameof(PreparedStartsTests.StartAsync_LimitOfProcesses_IsExact), nameof(PreparedStartsTests.StartAsync_MountedMeanwhile_SeesTheMount),
    };

    private Dictionary<string, string> _failures = [];

    /// <summary>The tests, by name.</summary>
    public static TheoryData<string> Names => new(Methods.Select(static m => NameOf(m)));

    private static IEnumerable<MethodInfo> Methods => s_classes.SelectMany(static c => c.GetMethods().Where(static m => m.GetCustomAttribute<FactAttribute>() is not null && !s_needRoot.Contains(m.Name)));

    /// <summary>What was wrong with a test; null for nothing.</summary>
    public string? Failure(string name) => _failures.TryGetValue(name, out string? failure) ? failure.Length == 0 ? null : failure : "It was not run.";

    public async Task InitializeAsync()
    {
        using Process host = HostProgram.StartAsNobody("tests");
        _failures = JsonSerializer.Deserialize<Dictionary<string, string>>(await HostProgram.LastLineAsync(host, TimeSpan.FromMinutes(5)))!;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs them in this process, and tells of each what was wrong.</summary>
    internal static async Task<Dictionary<string, string>> RunAsync()
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        foreach (MethodInfo method in Methods)
        {
            DataAttribute[] data = [.. method.GetCustomAttributes<DataAttribute>()];
            failures[NameOf(method)] = "";
            foreach (object[] arguments in data.Length == 0 ? [[]] : data.SelectMany(d => d.GetData(method)))
            {
                try
                {
                    object test = Activator.CreateInstance(method.DeclaringType!)!;
                    await (test is IAsyncLifetime begins ? begins.InitializeAsync() : Task.CompletedTask);
                    await (method.Invoke(test, arguments) as Task ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(60));
                    await (test is IAsyncLifetime ends ? ends.DisposeAsync() : Task.CompletedTask);
                    (test as IDisposable)?.Dispose();
                }
                catch (Exception e)
                {
                    failures[NameOf(method)] += $"({string.Join(", ", arguments)}): {(e is TargetInvocationException { InnerException: { } inner } ? inner : e).Message}\n";
                }
            }
        }

        return failures;
    }

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
