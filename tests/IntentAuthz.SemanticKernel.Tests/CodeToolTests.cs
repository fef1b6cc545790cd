using IntentAuthz.Containment;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>The ready tools for code as a plugin: each call goes through the guard, runs contained, and gets its invocation.</summary>
public sealed class CodeToolTests : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("kernel-code-tools-").FullName;

    [Fact]
    public async Task InvokeAsync_ReadyToolsInABoundKernel_RunContainedUnderPoliciesOverTheCommand()
    {
        CodeToolOptions options = new("code") { Plugin = "code" };
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.AddIntentAuthz();
        builder.Services.AddIntentAuthz(host => host
            .AddPolicies(PolicySource.Text(
                """
                permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
                permit(principal, action in Action::"code", resource);
                forbid(principal, action == Action::"shell", resource) when { context.input.opaque };
                """,
                "test.cedar"))
            .AddContainmentProfile(new ContainmentProfile(
                "code", new ContainmentBounds { Reads = SystemPaths.Reads, Executes = SystemPaths.Executes, Writes = [$"{_base}/{{task}}"] }) { Workspace = $"{_base}/{{task}}" })
            .UseOsContainment()
            .AddCodeTools(options)
            .UseAuditSink(new InMemoryAuditSink()));
        builder.Plugins.AddFromFunctions("code", CodeTools.Create(options).Select(static f => f.AsKernelFunction()));
        Kernel kernel = builder.Build();
        Guard guard = kernel.Services.GetRequiredService<Guard>();
        TenantId acme = new("acme");
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("coder"), acme, "ann"), "build", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)),
            Principal.Person("ann", acme))).GetTaskOrThrow();
        Kernel bound = kernel.ForTask(task);

        await bound.InvokeAsync("code", "write_file", new KernelArguments { ["path"] = "a", ["content"] = "hello\n" });
        string ran = (await bound.InvokeAsync("code", "shell", new KernelArguments { ["command"] = "read -r line < a; echo \"got $line\"" })).ToString();
        string opaque = (await bound.InvokeAsync("code", "shell", new KernelArguments { ["command"] = "$(cat a) a" })).ToString();

        Assert.True(ran.Contains("got hello", StringComparison.Ordinal), ran);
        Assert.Contains("denied", opaque, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);
}
