using IntentAuthz.Tests.Credentials;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace IntentAuthz.Tests.Hosting;

/// <summary>A host that is set up wrongly does not start, and the message names what to mend.</summary>
public sealed class HostStartTests
{
    private const string Permit = "permit(principal, action, resource);";

    [Fact]
    public async Task Start_WithABadPolicyFile_FailsAndNamesFileLineAndColumn()
    {
        string directory = Directory.CreateTempSubdirectory("host").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "pay.cedar"), $"{Permit}\n  @aproval(\"x\") {Permit}");

            PolicyLoadException e = await Assert.ThrowsAsync<PolicyLoadException>(() => StartAsync(
                b => b.AddPolicies(PolicySource.Directory(directory)).UseAuditSink(new InMemoryAuditSink())));

            Assert.Contains("pay.cedar(2,3)", e.Message, StringComparison.Ordinal);
            Assert.Contains("did you mean 'approval'?", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Start_WithoutAnAuditSink_Fails() =>
        Assert.Contains("UseAuditFile", await MessageAsync(static b => b.AddPolicies(PolicySource.Text(Permit))), StringComparison.Ordinal);

    [Fact]
    public async Task Start_WithoutPolicies_Fails()
    {
        PolicyLoadException e = await Assert.ThrowsAsync<PolicyLoadException>(() => StartAsync(static b => b.UseAuditSink(new InMemoryAuditSink())));

        Assert.Contains("AddPolicies", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tool", "did you mean 'orders:read'?")]
    [InlineData("issuer", "did you mean 'vault'?")]
    [InlineData("profile twice", "Two credential profiles have the name 'orders:read'")]
    [InlineData("issuer twice", "Two issuers have the name 'vault'")]
    public async Task Start_WithCredentialsThatDoNotFitTogether_FailsAndNamesTheFix(string what, string expected)
    {
        string message = await MessageAsync(b =>
        {
            b.AddPolicies(PolicySource.Text(Permit)).UseAuditSink(new InMemoryAuditSink())
                .AddIssuer(new TestIssuer())
                .AddCredentialProfile(Profile(what == "issuer" ? "vaul" : "vault"))
                .AddTool(ToolDescriptor.For("read").NeedsCredential(what == "tool" ? "order:read" : "orders:read"));
            if (what == "profile twice")
            {
                b.AddCredentialProfile(Profile("vault"));
            }
            else if (what == "issuer twice")
            {
                b.AddIssuer(new TestIssuer());
            }
        });

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithOptionsOutOfRange_FailsAndNamesEachWithItsRange()
    {
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            static b => b.AddPolicies(PolicySource.Text(Permit)).UseAuditSink(new InMemoryAuditSink()),
            static o =>
            {
                o.MaxArgumentDepth = 0;
                o.AuditQueuePerTenant = o.AuditQueueCapacity + 1;
                o.EngineTimeout = TimeSpan.Zero;
                o.ApprovalLifetime = TimeSpan.FromDays(8);
                o.AuditDigestKey = new byte[31];
            }));

        Assert.Equal(5, e.Failures.Count());
        Assert.Contains("IntentAuthzOptions.MaxArgumentDepth is 0; set it between 1 and 64.", e.Failures);
        Assert.Contains(e.Failures, static f => f.StartsWith("IntentAuthzOptions.AuditDigestKey has 31 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_OfAHostThatIsSetUpWell_GivesOneGuard()
    {
        await StartAsync(
            static b => b.AddPolicies(PolicySource.Text(Permit)).UseAuditSink(new InMemoryAuditSink()),
            check: static services => Assert.Same(services.GetRequiredService<Guard>(), services.GetRequiredService<Guard>()));
    }

    private static CredentialProfile Profile(string issuer) => new("orders:read", issuer, "orders", ["read"], TimeSpan.FromMinutes(5));

    private static async Task<string> MessageAsync(Action<IntentAuthzBuilder> add) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(add))).Message;

    private static async Task StartAsync(
        Action<IntentAuthzBuilder> add, Action<IntentAuthzOptions>? configure = null, Action<IServiceProvider>? check = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddIntentAuthz(add, configure);
        using IHost host = builder.Build();
        await host.StartAsync();
        check?.Invoke(host.Services);
        await host.StopAsync();
    }
}
