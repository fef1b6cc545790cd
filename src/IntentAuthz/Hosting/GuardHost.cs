using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IntentAuthz;

/// <summary>Puts the guard together from what the host has registered, owns its parts, and shuts them down in the right order.</summary>
internal sealed partial class GuardHost : IAsyncDisposable
{
    private readonly AuditQueue _queue;
    private readonly CopyingAuditSink? _copying;
    private readonly CredentialBroker _broker;
    private readonly GuardMetrics _metrics;
    private readonly GuardTelemetry _telemetry;
    private readonly RevocationWriter _writer;
    private readonly RevocationFeed _feed;
    private readonly TaskKeeping? _keeping;
    private readonly DecisionQueue? _decisions;
    private readonly IncidentBook _incidents;
    private readonly IncidentNotifier _notifier;

    public GuardHost(
        IOptions<IntentAuthzOptions> options,
        IEnumerable<PolicySource> sources,
        IEnumerable<HostAnnotationKey> annotationKeys,
        IEnumerable<IPolicyEngine> engines,
        IEnumerable<ToolDescriptor> tools,
        IEnumerable<SchemaFragment> schemas,
        IEnumerable<CredentialProfile> profiles,
        IEnumerable<ICredentialIssuer> issuers,
        IEnumerable<ILeaseStore> leaseStores,
        IEnumerable<ContainmentProfile> containmentProfiles,
        IEnumerable<IContainmentProvider> containmentProviders,
        IEnumerable<IEntityProvider> entities,
        IEnumerable<IMandateProposer> proposers,
        IEnumerable<IAuditSink> sinks,
        IEnumerable<IDecisionStore> decisionStores,
        IEnumerable<AuditCopy> copies,
        IEnumerable<IRevocationStore> revocationStores,
        IEnumerable<ITaskStore> taskStores,
        IEnumerable<IIncidentStore> incidentStores,
        IEnumerable<IIncidentSink> incidentSinks,
        IEnumerable<IMeterFactory> meterFactories,
        TimeProvider time,
        IEnumerable<ILoggerFactory> loggerFactories)
    {
        ILoggerFactory loggers = SteadyLoggers.Over(loggerFactories.LastOrDefault() ?? NullLoggerFactory.Instance);
        IntentAuthzOptions settings = options.Value;
        IEntityProvider hostEntities = entities.LastOrDefault() ?? EntityStore.Empty;
        IAuditSink[] durable = [.. sinks];
        if (durable.Length > 1)
        {
            throw new InvalidOperationException(
                $"IntentAuthz has {durable.Length} audit sinks ({string.Join(", ", durable.Select(static s => s.GetType().Name))}), and only one can say that a record is written. Keep one of the calls of UseAudit...(...), and give the others copies with AddAuditCopy(...).");
        }

        IAuditSink sink = durable.LastOrDefault()
            ?? throw new InvalidOperationException(
                "IntentAuthz has no audit sink, and nothing may run unrecorded. Call UseAuditFile(\"audit.jsonl\"), or UseAuditSink(...) with one of your own.");
        if (copies.Any())
        {
            sink = _copying = new CopyingAuditSink(sink, copies, settings.AuditShutdownTimeout, loggers.CreateLogger<CopyingAuditSink>());
        }

        if (engines.Any() && sources.Any())
        {
            LogPoliciesUnread(loggers.CreateLogger<GuardHost>());
        }

        ToolCatalog catalog = new(tools);
        PolicySchema schema = PolicySchema.Create(catalog.Tools, schemas);
        CedarPolicyEngine? native = engines.Any()
            ? null
            : new CedarPolicyEngine(
                sources, loggers.CreateLogger<CedarPolicyEngine>(), annotationKeys.Select(static k => k.Key), schema, settings.PolicyValidation);
        IPolicyEngine engine = engines.LastOrDefault() ?? native!;
        SchemaInForce schemaInForce = new(schema, [.. schemas], settings.PolicyValidation, native);
        catalog.BeforeAdding(schemaInForce.Prepare);
        ListenerFaults faults = new(time, loggers.CreateLogger<ListenerFaults>());
        _metrics = new GuardMetrics(meterFactories.LastOrDefault(), faults);
        SecretScrubber scrubber = new(time);
        if (decisionStores.LastOrDefault() is { } decisionStore)
        {
            _decisions = new DecisionQueue(
                decisionStore, settings.DecisionQueueBytes, settings.AuditShutdownTimeout, _metrics.DecisionsLost, time, loggers.CreateLogger<DecisionQueue>());
            engine = new DecisionRecorder(engine, _decisions, scrubber, settings.DenyUnrecordedDecisions, settings.RecordWholeContext, time);
        }

        CheckCredentials(catalog, profiles, issuers);
        CheckContainments(catalog, containmentProfiles);

        GuardIdentity identity = new(scrubber, time, settings.RiskWeights);
        _queue = new AuditQueue(
            sink,
            new AuditArguments(settings.AuditDigestKey?.ToArray() ?? RandomNumberGenerator.GetBytes(32), scrubber),
            new AuditQueueLimits(settings.AuditQueueCapacity, settings.AuditQueuePerTenant, settings.AuditQueuePerTask, settings.DurableAuditTimeout, settings.AuditShutdownTimeout),
            time,
            loggers.CreateLogger<AuditQueue>());
        AuditTrail trail = new(_queue, time);
        _telemetry = new GuardTelemetry(_metrics, faults, time);
        IRevocationStore revocationStore = revocationStores.LastOrDefault() ?? new InMemoryRevocationStore();
        RevocationKnowledge knowledge = new(time, revocationStore.IsShared, settings.MaxRevocationStaleness);
        RevocationList revoked = new(knowledge);
        AdministrativeGate gate = new(engine, hostEntities, time, settings.EngineTimeout);
        ApprovalRegistry approvals = new(
            gate, trail, revoked,
            new ApprovalLimits(settings.ApprovalLifetime, settings.MaxPendingApprovalsPerTask, settings.MaxPendingApprovalsPerTenant), _metrics, time);
        _broker = new CredentialBroker(
            profiles, issuers, leaseStores.LastOrDefault() ?? new InMemoryLeaseStore(), revoked, scrubber, trail, time,
            new LeaseLimits(settings.IssuerTimeout, settings.MaxLeasesPerTask, settings.IrrevocableAfter), loggers.CreateLogger<CredentialBroker>());
        TaskTable table = new();
        TaskEnding ending = new(table, approvals, _broker, trail, _metrics, loggers.CreateLogger<TaskEnding>());
        _queue.OnOutcomeLost(task => ending.SuspendInBackground(task, "The outcome of a call could not be written to the audit.", isByIncident: false));
        _writer = new RevocationWriter(revocationStore, time, loggers.CreateLogger<RevocationWriter>());
        if (revocationStore is InMemoryRevocationStore && taskStores.Any())
        {
            throw new InvalidOperationException(
                "Tasks are kept in a store and revocations are not, so a restart would restore what was revoked. Keep revocations too, with UseRevocationStore(...) or UseSqlite(...).");
        }

        _keeping = taskStores.LastOrDefault() is { } taskStore
            ? new TaskKeeping(taskStore, revoked, settings.AuditDigestKey, settings.TaskStoreTimeout, time, loggers.CreateLogger<TaskKeeping>())
            : null;
        RevocationStopping stopping = new(revoked, table, ending, _broker, approvals, _writer, _metrics, _keeping, time);
        _feed = new RevocationFeed(
            revocationStore, revoked, knowledge, stopping, _writer, settings.RevocationPollInterval, time, loggers.CreateLogger<RevocationFeed>());
        _writer.Failed += _metrics.WriteFailed;
        _feed.Failed += _metrics.ReadFailed;
        _metrics.Observe(revoked, knowledge, _writer, () => _broker.Leases);
        _metrics.Observe(table, approvals, _queue, native);
        OpeningRules opening = new(gate, schemaInForce);
        TaskRegistry registry = new(table, ending, gate, approvals, revoked, opening, trail,
            new MandatePlanning(proposers.LastOrDefault(), catalog, schemaInForce, settings.ProposerTimeout, time, loggers.CreateLogger<MandatePlanning>()),
            new TaskSettings(settings.MaxTaskEvents, settings.Signals), time, identity, catalog, _keeping);
        RevocationRegistry revocations = new(revoked, knowledge, stopping, _writer, _feed, gate, trail, settings.OperatorKey);
        EnforcementModes modes = new(settings.PolicyMode, settings.ObservedTools);
        if (settings.PolicyMode == EnforcementMode.Observe || settings.ObservedTools.Count > 0)
        {
            LogObserved(
                loggers.CreateLogger<GuardHost>(), settings.PolicyMode == EnforcementMode.Observe ? "all tools" : string.Join(", ", settings.ObservedTools.Order(StringComparer.Ordinal)));
        }

        LiveQuery live = new(table, _keeping, _broker.ReadAsync);
        _incidents = new IncidentBook(incidentStores.LastOrDefault() ?? new InMemoryIncidentStore(), settings.Incidents, time, loggers.CreateLogger<IncidentBook>());
        LentHere lent = new(table, _broker);
        IncidentScene scene = new(table, approvals, _broker, live, scrubber, _incidents, lent);
        IncidentWatch incidentWatch = new(_incidents, scene, settings.Incidents, engine.GetVersion, time, loggers.CreateLogger<IncidentWatch>());
        IncidentDesk desk = new(
            _incidents, scene, incidentWatch, gate, stopping, revocations, revoked, table, registry, _broker,
            new LentBefore(lent, _keeping, time, loggers.CreateLogger<LentBefore>()), trail, engine.GetVersion, loggers.CreateLogger<IncidentDesk>());
        _notifier = new IncidentNotifier(
            [new LoggerIncidentSink(loggers.CreateLogger<LoggerIncidentSink>()), .. incidentSinks], _incidents, loggers.CreateLogger<IncidentNotifier>());
        desk.Start();
        SignalWatch watch = new(ending, stopping, trail, _metrics, incidentWatch, time, loggers.CreateLogger<SignalWatch>());
        Containments containments = new(
            containmentProfiles, containmentProviders.LastOrDefault(), settings.ContainmentTimeout, time, loggers.CreateLogger<Containments>());
        CallPipeline pipeline = new(
            catalog, engine, hostEntities, revoked, approvals, containments, _broker, new CallRates(time),
            new CallAudit(_queue, scrubber, time, settings.DurableAuditTimeout),
            watch, modes,
            new ResultObserver(scrubber, settings.MaxResultCharacters), scrubber, ending,
            new ArgumentLimits(settings.MaxArgumentBytes, settings.MaxArgumentDepth, settings.MaxArgumentValues),
            settings.EngineTimeout, time, identity, _telemetry, loggers.CreateLogger<CallPipeline>());
        Guard = new Guard(
            pipeline, engine, hostEntities, revoked, modes, catalog, registry, approvals, revocations,
            new LeaseRegistry(_broker, watch, table, trail, settings.OperatorKey), new Endorsements(gate, trail, identity), live, _queue,
            new IncidentRegistry(_incidents, desk, incidentWatch));
        containments.Guard = Guard;
        _broker.StartRecovery();
        PolicyAdministration = new PolicyAdministration(
            gate, native, schemaInForce, modes, catalog, trail,
            settings.RecheckTasksOnReload ? new TaskRecheck(table, opening, stopping, trail, time) : null);
        _feed.Start();
        _incidents.Start();
        if (_keeping is not null)
        {
            _ = _keeping.StartAsync(revocations.WaitUntilKnownAsync(CancellationToken.None));
        }
    }

    internal Guard Guard { get; }

    internal PolicyAdministration PolicyAdministration { get; }

    /// <summary>Waits until what was recorded so far is with the sink.</summary>
    internal ValueTask FlushAuditAsync(CancellationToken cancellationToken) => _queue.FlushAsync(cancellationToken);

    /// <summary>Waits until the decisions taken so far are with the store, or are lost.</summary>
    internal ValueTask FlushDecisionsAsync(CancellationToken cancellationToken) =>
        _decisions?.FlushAsync(cancellationToken) ?? ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // Credentials first: unmaking them is recorded too.
        await _broker.DisposeAsync().ConfigureAwait(false);
        if (_keeping is not null)
        {
            await _keeping.DisposeAsync().ConfigureAwait(false);
        }

        await _incidents.DisposeAsync().ConfigureAwait(false);
        await _notifier.DisposeAsync().ConfigureAwait(false);
        await _feed.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (_decisions is not null)
        {
            await _decisions.DisposeAsync().ConfigureAwait(false);
        }

        _telemetry.Dispose();
        _metrics.Dispose();
        await _queue.DisposeAsync().ConfigureAwait(false);
        if (_copying is not null)
        {
            await _copying.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A tool that names a profile nobody declared would be denied at every call: better said at start.</summary>
    private static void CheckCredentials(ToolCatalog catalog, IEnumerable<CredentialProfile> profiles, IEnumerable<ICredentialIssuer> issuers)
    {
        string[] names = [.. profiles.Select(static p => p.Name)];
        string[] makers = [.. issuers.Select(static i => i.Name)];
        RefuseRepeated(names, "credential profiles");
        RefuseRepeated(makers, "issuers");
        foreach (ToolDescriptor tool in catalog.Tools)
        {
            if (tool.Credential is { } credential && !names.Contains(credential, StringComparer.Ordinal))
            {
                throw new InvalidOperationException(
                    $"The tool '{tool.Name}' needs the credential '{credential}', which is not declared{Nearest.Hint(credential, names)} Add it with AddCredentialProfile(...).");
            }
        }

        foreach (CredentialProfile profile in profiles)
        {
            if (!makers.Contains(profile.Issuer, StringComparer.Ordinal))
            {
                throw new InvalidOperationException(
                    $"The credential profile '{profile.Name}' names the issuer '{profile.Issuer}', which is not registered{Nearest.Hint(profile.Issuer, makers)} Add it with AddIssuer(...).");
            }
        }
    }

    private static void CheckContainments(ToolCatalog catalog, IEnumerable<ContainmentProfile> profiles)
    {
        string[] names = [.. profiles.Select(static p => p.Name)];
        RefuseRepeated(names, "containment profiles");
        foreach (ToolDescriptor tool in catalog.Tools.SelectMany(static t => t.Forms))
        {
            if (tool.Containment is { } containment && !names.Contains(containment, StringComparer.Ordinal))
            {
                throw new InvalidOperationException(
                    $"The tool '{tool.Name}' needs the containment '{containment}', which is not declared{Nearest.Hint(containment, names)} Add it with AddContainmentProfile(...).");
            }
        }
    }

    [LoggerMessage(EventId = 600, Level = LogLevel.Warning, Message = "The host answers with a policy engine of its own, so what AddPolicies(...) was given is never read. Take out the one or the other.")]
    private static partial void LogPoliciesUnread(ILogger logger);

    [LoggerMessage(EventId = 601, Level = LogLevel.Warning, Message = "Policy is observed, not enforced, for {Tools}: calls that it denies run.")]
    private static partial void LogObserved(ILogger logger, string tools);

    private static void RefuseRepeated(string[] names, string what)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!seen.Add(name))
            {
                throw new InvalidOperationException($"Two {what} have the name '{name}'; rename one of them.");
            }
        }
    }
}
