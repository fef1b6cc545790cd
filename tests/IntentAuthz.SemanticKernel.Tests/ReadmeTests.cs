using System.ComponentModel;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>The example of the package's README compiles, runs, and is the one that stands there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Example_Runs()
    {
        string auditFile = Path.GetTempFileName();
        try
        {
            (string small, string? large) = await RunAsync(auditFile);

            Assert.Equal("paid 40 to ACME", small);
            Assert.Equal("no-permit", large);
        }
        finally
        {
            File.Delete(auditFile);
        }
    }

    [Fact]
    public void Example_IsTheOneInTheReadme()
    {
        string root = RepositoryRoot();
        string[] source = File.ReadAllLines(Path.Combine(root, "tests", "IntentAuthz.SemanticKernel.Tests", "ReadmeTests.cs"));
        int begin = Array.FindIndex(source, static l => l.Trim() == "// The example begins.");
        int end = Array.FindIndex(source, static l => l.Trim() == "// The example ends.");
        string example = string.Join('\n', source[(begin + 1)..end].Select(static l => l.Length > 8 ? l[8..] : ""));
        string readme = File.ReadAllText(Path.Combine(root, "src", "IntentAuthz.SemanticKernel", "README.md"));

        Assert.Contains(example, readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static async Task<(string Small, string? Large)> RunAsync(string auditFile)
    {
        // The example begins.
        KernelPlugin bank = KernelPluginFactory.CreateFromType<BankTools>("Bank");

        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.Plugins.Add(bank);
        builder.Services.AddIntentAuthz(authz => authz
            .AddPolicies(PolicySource.Text("""
                permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
                permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource)
                when { context.input.amount <= 100 };
                """))
            .AddTool(KernelToolDescriptor.For(bank["Transfer"])
                .Argument("to", ArgumentRole.Target)
                .Argument("amount", ArgumentRole.Magnitude)
                .Risk(RiskClass.High))
            .UseAuditFile(auditFile));
        builder.AddIntentAuthz();
        Kernel kernel = builder.Build();

        // Once per piece of work: open a task, bind a kernel to it.
        TenantId tenant = new("acme");
        Guard guard = kernel.Services.GetRequiredService<Guard>();
        OpenTaskResult opened = await guard.Tasks.OpenAsync(
            new TaskRequest(
                AgentIdentity.HostAsserted(new AgentId("payment-bot"), tenant, owner: "ann"),
                "pay the invoices of May",
                Mandate.Of(MandateGrant.Of("Bank.Transfer")),
                TimeSpan.FromMinutes(30)),
            openedBy: Principal.Person("carl", tenant));
        Kernel bound = kernel.ForTask(opened.GetTaskOrThrow());

        // However the function is called from here on, the guard decides; the model reads the value, the host the decision.
        FunctionResult small = await bound.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = 40 });
        FunctionResult large = await bound.InvokeAsync("Bank", "Transfer", new() { ["to"] = "ACME", ["amount"] = 4000 });
        string? reason = large.GetGuardResult()?.Decision.ReasonCode; // "no-permit"
        // The example ends.
        await ((IAsyncDisposable)kernel.Services).DisposeAsync();
        return (small.ToString(), reason);
    }

    /// <summary>Found from where the tests run: the compiler's own paths are rewritten in deterministic builds.</summary>
    private static string RepositoryRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "IntentAuthz.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }

    private sealed class BankTools
    {
        [KernelFunction, Description("Pays money to somebody.")]
        public static string Transfer(string to, long amount, ToolInvocation invocation, CancellationToken cancellationToken)
        {
            // Credentials come with the invocation; the model neither sees nor fills it.
            _ = invocation.Credential;
            cancellationToken.ThrowIfCancellationRequested();
            return $"paid {amount} to {to}";
        }
    }
}
