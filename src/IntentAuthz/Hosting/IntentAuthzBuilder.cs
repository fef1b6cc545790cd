using System.Diagnostics.CodeAnalysis;

using IntentAuthz.Cedar;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>What a host adds to the library: policies, tools, credentials, the audit's sink. Used while services are registered.</summary>
public sealed class IntentAuthzBuilder
{
    internal IntentAuthzBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services the library is added to.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds policies. Several sources add up to one set.</summary>
    /// <param name="source">Where they come from.</param>
    public IntentAuthzBuilder AddPolicies(PolicySource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Services.AddSingleton(source);
        return this;
    }

    /// <summary>
    /// Declares the host's own entity types: what resources have as attributes and what they lie in, such as
    /// <c>entity Folder in [Folder]; entity Invoice in [Folder] = { owner: String, total?: decimal };</c>. Policies may read what is declared and
    /// nothing else. Attributes that the host gives agents, people, services, groups, roles and tools are declared the same way, in
    /// <c>namespace IntentAuthz { entity Agent = { team: String }; }</c>.
    /// </summary>
    /// <param name="schema">Declarations in Cedar's own form.</param>
    /// <param name="name">What error messages call it, usually the path.</param>
    /// <exception cref="CedarSchemaException">The text has errors.</exception>
    public IntentAuthzBuilder AddSchema(string schema, string name = "schema") => AddSchema(SchemaFragment.ParseCedar(schema, name));

    /// <summary>Declares the host's own entity types.</summary>
    /// <param name="schema">The declarations, from either form of Cedar schemas.</param>
    public IntentAuthzBuilder AddSchema(SchemaFragment schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Services.AddSingleton(schema);
        return this;
    }

    /// <summary>Lets policies carry an annotation of the host's own, beside those the library knows.</summary>
    /// <param name="key">The annotation's name.</param>
    public IntentAuthzBuilder AllowAnnotation(string key)
    {
        Services.AddSingleton(new HostAnnotationKey(Identifier.Validate(key, "annotation")));
        return this;
    }

    /// <summary>Describes a tool.</summary>
    /// <param name="tool">The descriptor.</param>
    public IntentAuthzBuilder AddTool(ToolDescriptor tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        Services.AddSingleton(tool);
        return this;
    }

    /// <summary>Describes a tool.</summary>
    /// <param name="tool">The descriptor, as far as it is built.</param>
    public IntentAuthzBuilder AddTool(ToolDescriptorBuilder tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return AddTool(tool.Build());
    }

    /// <summary>Declares a credential that policies and tools can ask for.</summary>
    /// <param name="profile">The profile.</param>
    public IntentAuthzBuilder AddCredentialProfile(CredentialProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        Services.AddSingleton(profile);
        return this;
    }

    /// <summary>Declares a containment that policies and tools can ask for.</summary>
    /// <param name="profile">The profile.</param>
    public IntentAuthzBuilder AddContainmentProfile(ContainmentProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        Services.AddSingleton(profile);
        return this;
    }

    /// <summary>Contains calls by a provider. Without one, calls that must be contained are denied.</summary>
    /// <param name="provider">The provider.</param>
    public IntentAuthzBuilder UseContainment(IContainmentProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        Services.AddSingleton(provider);
        return this;
    }

    /// <summary>Contains calls by a provider. Without one, calls that must be contained are denied.</summary>
    /// <typeparam name="TProvider">The provider; it is made once, with what it asks for from the services, which must not be the guard.</typeparam>
    public IntentAuthzBuilder UseContainment<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>()
        where TProvider : class, IContainmentProvider
    {
        Services.AddSingleton<IContainmentProvider, TProvider>();
        return this;
    }

    /// <summary>Adds an issuer of credentials.</summary>
    /// <param name="issuer">The issuer.</param>
    public IntentAuthzBuilder AddIssuer(ICredentialIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        Services.AddSingleton(issuer);
        return this;
    }

    /// <summary>Keeps lease records in a store that outlives the process. Without one they are kept in memory.</summary>
    /// <typeparam name="TStore">The store; it is made once, with what it asks for from the services.</typeparam>
    public IntentAuthzBuilder UseLeaseStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>()
        where TStore : class, ILeaseStore
    {
        Services.AddSingleton<ILeaseStore, TStore>();
        return this;
    }

    /// <summary>Keeps revocations in a store that outlives the process, and that several processes can share. Without one they are kept in memory.</summary>
    /// <typeparam name="TStore">The store; it is made once, with what it asks for from the services.</typeparam>
    public IntentAuthzBuilder UseRevocationStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>()
        where TStore : class, IRevocationStore
    {
        Services.AddSingleton<IRevocationStore, TStore>();
        return this;
    }

    /// <summary>Keeps root tasks, their budgets and their approvals in a store that outlives the process. Without one they end with the process.</summary>
    /// <typeparam name="TStore">The store; it is made once, with what it asks for from the services.</typeparam>
    public IntentAuthzBuilder UseTaskStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>()
        where TStore : class, ITaskStore
    {
        Services.AddSingleton<ITaskStore, TStore>();
        return this;
    }

    /// <summary>Gives policies the host's own entities: groups, folders, accounts.</summary>
    /// <param name="entities">The entities, safe for use by many threads.</param>
    public IntentAuthzBuilder UseEntities(IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        Services.AddSingleton(entities);
        return this;
    }

    /// <summary>Answers requests with another policy engine than the native one.</summary>
    /// <param name="engine">The engine.</param>
    public IntentAuthzBuilder UsePolicyEngine(IPolicyEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Services.AddSingleton(engine);
        return this;
    }

    /// <summary>Has a mandate proposed for every root task that comes with a user's request and no proposal of its own.</summary>
    /// <param name="proposer">The proposer, such as an <see cref="EnglishRequestReader"/>.</param>
    public IntentAuthzBuilder UseMandateProposer(IMandateProposer proposer)
    {
        ArgumentNullException.ThrowIfNull(proposer);
        Services.AddSingleton(proposer);
        return this;
    }

    /// <summary>Has a mandate proposed for every root task that comes with a user's request and no proposal of its own.</summary>
    /// <typeparam name="TProposer">The proposer; it is made once, with what it asks for from the services.</typeparam>
    public IntentAuthzBuilder UseMandateProposer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProposer>()
        where TProposer : class, IMandateProposer
    {
        Services.AddSingleton<IMandateProposer, TProposer>();
        return this;
    }

    /// <summary>
    /// Keeps each policy evaluation whole, arguments included, so that it can be replayed against other policies (<see cref="DecisionReplay"/>). It
    /// is the host's to dispose, after its services.
    /// </summary>
    /// <param name="store">The store.</param>
    public IntentAuthzBuilder UseDecisionStore(IDecisionStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Services.AddSingleton(store);
        return this;
    }

    /// <summary>Keeps each policy evaluation whole, arguments included, in encrypted files, so that it can be replayed against other policies.</summary>
    /// <param name="directory">A directory for them alone. It must exist; only the host should be able to read it.</param>
    /// <param name="keys">The keys they are encrypted with; the host's to dispose, after its services.</param>
    /// <param name="configure">Changes how they are written.</param>
    public IntentAuthzBuilder UseDecisionFiles(string directory, IDecisionKeyProvider keys, Action<DecisionFileOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(keys);
        Services.AddSingleton<IDecisionStore>(_ =>
        {
            DecisionFileOptions options = new();
            configure?.Invoke(options);
            return new FileDecisionStore(directory, keys, options);
        });
        return this;
    }

    /// <summary>Tells of incidents, beside the host's log, which always has them.</summary>
    /// <param name="sink">The sink.</param>
    public IntentAuthzBuilder AddIncidentSink(IIncidentSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Services.AddSingleton(sink);
        return this;
    }

    /// <summary>Posts a signed message for each step of an incident.</summary>
    /// <param name="options">Where to.</param>
    public IntentAuthzBuilder AddIncidentWebhook(WebhookOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Services.AddSingleton<IIncidentSink>(services => new WebhookIncidentSink(options, services.GetService<TimeProvider>()));
        return this;
    }

    /// <summary>Keeps incidents in a store that outlives the process. Without one they are kept in memory.</summary>
    /// <typeparam name="TStore">The store; it is made once, with what it asks for from the services.</typeparam>
    public IntentAuthzBuilder UseIncidentStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>()
        where TStore : class, IIncidentStore
    {
        Services.AddSingleton<IIncidentStore, TStore>();
        return this;
    }

    /// <summary>
    /// Writes audit records to a sink, the one that counts: what it has returned for is written, and while it fails calls are denied. A host has exactly
    /// one; without, or with two, it does not start. Others get copies by <see cref="AddAuditCopy"/>.
    /// </summary>
    /// <param name="sink">The sink.</param>
    public IntentAuthzBuilder UseAuditSink(IAuditSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Services.AddSingleton(sink);
        return this;
    }

    /// <summary>
    /// Hands each record to another sink once the one that counts has it. A copy holds nothing up: when it is slow, fails or hangs, it loses its own
    /// copies, which is logged, and nothing else happens.
    /// </summary>
    /// <param name="sink">The sink; it is not disposed.</param>
    public IntentAuthzBuilder AddAuditCopy(IAuditSink sink)
    {
        Services.AddSingleton(new AuditCopy(sink));
        return this;
    }

    /// <summary>Hands each record to the host's logging too, as <see cref="LoggerAuditSink"/> does.</summary>
    public IntentAuthzBuilder AddAuditLogging()
    {
        Services.AddSingleton(static services => new AuditCopy(new LoggerAuditSink(services.GetRequiredService<ILoggerFactory>())));
        return this;
    }

    /// <summary>Appends audit records to a file, one JSON object a line, as a hash chain with checkpoints. As <see cref="UseAuditSink"/>: a host has one.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <param name="configure">Changes how it is written: the key that signs checkpoints, where they are kept besides, the size of a file.</param>
    public IntentAuthzBuilder UseAuditFile(string path, Action<AuditFileOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Services.AddSingleton<IAuditSink>(services =>
        {
            AuditFileOptions options = new();
            configure?.Invoke(options);
            return new JsonLinesAuditSink(path, options, services.GetService<TimeProvider>());
        });
        return this;
    }
}
