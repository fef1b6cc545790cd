using IntentAuthz.Cedar;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IntentAuthz.Testing;

/// <summary>
/// Puts a guard together for tests. Clock, audit and issuers are the test's own, whatever the host's registration says, so that a test reaches
/// no file, no network and no real back end. Not safe for use by several threads at once.
/// </summary>
public sealed class PolicyTestHostBuilder
{
    /// <summary>The person who opens tasks unless the test names another.</summary>
    public const string DefaultOpener = "tester";

    private readonly List<Action<IntentAuthzBuilder>> _configure = [];
    private readonly List<Action<IntentAuthzOptions>> _options = [];
    private readonly List<ICredentialIssuer> _issuers = [];
    private TenantId _tenant = new("test-tenant");
    private AgentIdentity? _agent;
    private Principal? _opener;
    private bool _permitOpening;

    internal PolicyTestHostBuilder(FakeClock clock) => Clock = clock;

    /// <summary>The clock. It stands still until the test moves it.</summary>
    public FakeClock Clock { get; }

    /// <summary>
    /// Registers what the host itself registers: give the method that the host's own startup calls, and the test has the tools, policies,
    /// credential profiles and entities of production. Audit sinks and issuers in it are replaced.
    /// </summary>
    /// <param name="add">Adds policies, tools, credentials.</param>
    public PolicyTestHostBuilder Configure(Action<IntentAuthzBuilder> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        _configure.Add(add);
        return this;
    }

    /// <summary>Sets the library's options, as the host does.</summary>
    /// <param name="configure">Sets options.</param>
    public PolicyTestHostBuilder ConfigureOptions(Action<IntentAuthzOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _options.Add(configure);
        return this;
    }

    /// <summary>Adds policies.</summary>
    /// <param name="source">Where they come from.</param>
    public PolicyTestHostBuilder AddPolicies(PolicySource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Configure(add => add.AddPolicies(source));
    }

    /// <summary>Adds the policies of a directory and those below it.</summary>
    /// <param name="path">The directory; when relative, beside the test's assembly, wherever the runner was started.</param>
    public PolicyTestHostBuilder AddPolicyDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AddPolicies(PolicySource.Directory(Path.Combine(AppContext.BaseDirectory, path)));
    }

    /// <summary>Adds the policies of a file.</summary>
    /// <param name="path">The file; when relative, beside the test's assembly, wherever the runner was started.</param>
    public PolicyTestHostBuilder AddPolicyFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AddPolicies(PolicySource.File(Path.Combine(AppContext.BaseDirectory, path)));
    }

    /// <summary>Describes a tool.</summary>
    /// <param name="tool">The descriptor.</param>
    public PolicyTestHostBuilder AddTool(ToolDescriptor tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return Configure(add => add.AddTool(tool));
    }

    /// <summary>Describes a tool.</summary>
    /// <param name="tool">The descriptor, as far as it is built.</param>
    public PolicyTestHostBuilder AddTool(ToolDescriptorBuilder tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return AddTool(tool.Build());
    }

    /// <summary>Declares a credential.</summary>
    /// <param name="profile">The profile. Its issuer is a <see cref="ScriptedIssuer"/> unless <see cref="UseIssuer"/> gives one of that name.</param>
    public PolicyTestHostBuilder AddCredentialProfile(CredentialProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Configure(add => add.AddCredentialProfile(profile));
    }

    /// <summary>Uses this issuer for the profiles that name it, instead of a scripted one.</summary>
    /// <param name="issuer">The issuer.</param>
    public PolicyTestHostBuilder UseIssuer(ICredentialIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        _issuers.Add(issuer);
        return this;
    }

    /// <summary>Declares the host's own entity types, which policies are checked against: see <see cref="IntentAuthzBuilder.AddSchema(string, string)"/>.</summary>
    /// <param name="schema">Declarations in Cedar's own form.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="CedarSchemaException">The text has errors.</exception>
    public PolicyTestHostBuilder AddSchema(string schema, string name = "schema")
    {
        SchemaFragment fragment = SchemaFragment.ParseCedar(schema, name);
        return Configure(add => add.AddSchema(fragment));
    }

    /// <summary>Gives policies the host's own entities.</summary>
    /// <param name="entities">The entities.</param>
    public PolicyTestHostBuilder UseEntities(IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        return Configure(add => add.UseEntities(entities));
    }

    /// <summary>Works in this tenant; <c>test-tenant</c> when not set.</summary>
    /// <param name="tenant">The tenant.</param>
    public PolicyTestHostBuilder ForTenant(TenantId tenant)
    {
        _tenant = new TenantId(tenant.Value);
        return this;
    }

    /// <summary>Lets this agent work; one called <c>test-agent</c> without groups when not set. The host works in its tenant.</summary>
    /// <param name="agent">The agent.</param>
    public PolicyTestHostBuilder WithAgent(AgentIdentity agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        _agent = agent;
        _tenant = agent.Tenant;
        return this;
    }

    /// <summary>Lets this principal open tasks; a person called <see cref="DefaultOpener"/> without roles when not set.</summary>
    /// <param name="opener">A person or a service.</param>
    public PolicyTestHostBuilder OpenedBy(Principal opener)
    {
        ArgumentNullException.ThrowIfNull(opener);
        _opener = opener;
        return this;
    }

    /// <summary>
    /// Adds one policy that permits the opener to open tasks, for tests of files that say nothing about it. Leave it out where the host's policies
    /// decide who opens what, so that the test meets them.
    /// </summary>
    public PolicyTestHostBuilder PermitOpeningTasks()
    {
        _permitOpening = true;
        return this;
    }

    /// <summary>Makes the host. What is wrong with policies, tools or options shows here, as it would when the host starts.</summary>
    /// <exception cref="PolicyLoadException">
    /// A policy cannot be read or is wrong, such as one that names an argument no tool has; the message names file, line and column, and the
    /// nearest right name.
    /// </exception>
    /// <exception cref="InvalidOperationException">What was registered does not fit together; the message says how to mend it.</exception>
    public PolicyTestHost Build()
    {
        AgentIdentity agent = _agent ?? AgentIdentity.HostAsserted(new AgentId("test-agent"), _tenant, owner: "test-owner");
        Principal opener = _opener ?? Principal.Person(DefaultOpener, _tenant);
        RecordedAudit audit = new();
        ServiceCollection services = new();
        services.AddIntentAuthz(
            add =>
            {
                foreach (Action<IntentAuthzBuilder> configure in _configure)
                {
                    configure(add);
                }

                if (_permitOpening)
                {
                    add.AddPolicies(OpeningPolicy(opener));
                }
            },
            options =>
            {
                foreach (Action<IntentAuthzOptions> configure in _options)
                {
                    configure(options);
                }
            });

        // Last, so that nothing of the host's stays: a test must not write its audit file nor make real credentials.
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(Clock);
        services.RemoveAll<IAuditSink>();
        services.RemoveAll<AuditCopy>();
        services.AddSingleton<IAuditSink>(audit);
        services.RemoveAll<ICredentialIssuer>();
        ICredentialIssuer[] issuers = [.. _issuers, .. ScriptedIssuers(services)];
        foreach (ICredentialIssuer issuer in issuers)
        {
            services.AddSingleton(issuer);
        }

        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            return new PolicyTestHost(provider, provider.GetRequiredService<Guard>(), provider.GetRequiredService<PolicyAdministration>(), Clock, audit, agent, opener, issuers);
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    /// <summary>One for each name that a profile uses and the test gives no issuer for.</summary>
    private IEnumerable<ScriptedIssuer> ScriptedIssuers(ServiceCollection services) =>
        services
            .Where(static s => s.ServiceType == typeof(CredentialProfile))
            .Select(static s => ((CredentialProfile)s.ImplementationInstance!).Issuer)
            .Distinct(StringComparer.Ordinal)
            .Where(name => !_issuers.Exists(i => string.Equals(i.Name, name, StringComparison.Ordinal)))
            .Select(name => new ScriptedIssuer(name, Clock));

    private static PolicySource OpeningPolicy(Principal opener)
    {
        EntityUid uid = new(opener.Kind == PrincipalKind.Person ? "IntentAuthz::Person" : "IntentAuthz::Service", opener.Id);
        return PolicySource.Text(
            $"""@id("test: opening tasks") permit(principal == {uid}, action == IntentAuthz::Action::"OpenTask", resource);""", "PermitOpeningTasks");
    }
}
