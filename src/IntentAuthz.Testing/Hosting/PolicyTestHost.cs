using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Testing;

/// <summary>
/// A real guard for tests: every call goes the whole way, only clock, audit and issuers are the test's own. Make one a test; it starts in
/// milliseconds, and history, rates and approvals of one test stay out of another. Safe for use by many threads.
/// </summary>
public sealed class PolicyTestHost : IAsyncDisposable
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _opening = new(1, 1); // one opening of the host's own task
    private readonly ServiceProvider _services;
    private readonly ICredentialIssuer[] _issuers;
    private readonly PolicyAdministration _policies;
    private AgentTask? _task;

    internal PolicyTestHost(
        ServiceProvider services, Guard guard, PolicyAdministration policies, FakeClock clock, RecordedAudit audit, AgentIdentity agent, Principal opener, ICredentialIssuer[] issuers)
    {
        _services = services;
        _issuers = issuers;
        _policies = policies;
        Guard = guard;
        Clock = clock;
        Audit = audit;
        Agent = agent;
        Opener = opener;
    }

    /// <summary>The guard, for whatever the helpers do not cover.</summary>
    public Guard Guard { get; }

    /// <summary>The schema the policies were checked against: what there is to read, with its types. Print it while writing policies.</summary>
    public PolicySchema Schema => _policies.Schema;

    /// <summary>What is odd about the policies, such as one that can never apply. A test may ask that there is nothing.</summary>
    public IReadOnlyList<string> PolicyWarnings => _policies.Warnings;

    /// <summary>The clock. It stands still until the test moves it.</summary>
    public FakeClock Clock { get; }

    /// <summary>What was audited.</summary>
    public RecordedAudit Audit { get; }

    /// <summary>The agent that works.</summary>
    public AgentIdentity Agent { get; }

    /// <summary>The tenant.</summary>
    public TenantId Tenant => Agent.Tenant;

    /// <summary>Who opens tasks.</summary>
    public Principal Opener { get; }

    /// <summary>Begins with nothing.</summary>
    /// <param name="startAt">What the clock shows first; 2026-01-01 00:00 UTC when null, so that a run today equals a run tomorrow.</param>
    public static PolicyTestHostBuilder CreateBuilder(DateTimeOffset? startAt = null) => new(startAt is { } start ? new FakeClock(start) : new FakeClock());

    /// <summary>The scripted issuer of a name that a credential profile uses.</summary>
    /// <param name="name">The issuer's name.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ScriptedIssuer Issuer(string name) =>
        _issuers.OfType<ScriptedIssuer>().FirstOrDefault(i => string.Equals(i.Name, name, StringComparison.Ordinal))
        ?? throw new ArgumentException(
            $"No scripted issuer is called '{name}'; there are: {string.Join(", ", _issuers.OfType<ScriptedIssuer>().Select(static i => i.Name))}.", nameof(name));

    /// <summary>A call without arguments.</summary>
    /// <param name="toolName">The tool.</param>
    public PolicyTestCall Call(string toolName) => Call(toolName, (string?)null);

    /// <summary>A call whose arguments are an object's properties, as in <c>new { amount = 20, to = "ACME" }</c>.</summary>
    /// <param name="toolName">The tool.</param>
    /// <param name="arguments">The arguments; each property keeps its name.</param>
    [RequiresUnreferencedCode("Properties of any object are read by reflection; give JSON where the test is trimmed.")]
    [RequiresDynamicCode("Properties of any object are read by reflection; give JSON where the test is compiled ahead of time.")]
    public PolicyTestCall Call(string toolName, object arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Call(toolName, JsonSerializer.SerializeToUtf8Bytes(arguments, arguments.GetType()));
    }

    /// <summary>A call whose arguments are JSON, exactly as a model would write them.</summary>
    /// <param name="toolName">The tool.</param>
    /// <param name="argumentsJson">JSON text; null for none.</param>
    public PolicyTestCall Call(string toolName, [StringSyntax(StringSyntaxAttribute.Json)] string? argumentsJson) =>
        new(this, new ToolCall(toolName, argumentsJson), task: null, ToolResult.None);

    /// <summary>A call whose arguments are a JSON object.</summary>
    /// <param name="toolName">The tool.</param>
    /// <param name="arguments">The arguments.</param>
    public PolicyTestCall Call(string toolName, JsonObject arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Call(toolName, arguments.ToJsonString());
    }

    /// <summary>Opens a task.</summary>
    /// <param name="mandate">What it may do; whatever the policies permit when null, so that a test is about the policies alone.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="userRequest">What the user asked for, word for word.</param>
    /// <param name="agent">Who works; the host's agent when null.</param>
    /// <param name="openedBy">Who opens it; the host's opener when null.</param>
    /// <param name="lifetime">For how long; one hour when null.</param>
    /// <param name="onBehalfOf">For whom; nobody when null.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <exception cref="PolicyAssertionException">The task was not opened; the message says why.</exception>
    public async ValueTask<AgentTask> OpenTaskAsync(
        Mandate? mandate = null,
        string purpose = "a test",
        string? userRequest = null,
        AgentIdentity? agent = null,
        Principal? openedBy = null,
        TimeSpan? lifetime = null,
        Principal? onBehalfOf = null,
        CancellationToken cancellationToken = default)
    {
        TaskRequest request = new(
            agent ?? Agent, purpose, mandate ?? Mandate.WhateverPoliciesPermit("a test of the policies alone"), lifetime ?? s_lifetime)
        {
            UserRequest = userRequest,
            Delegation = onBehalfOf is null ? Delegation.None : Delegation.OnBehalfOf(onBehalfOf),
        };
        Principal opener = openedBy ?? Opener;
        OpenTaskResult opened = await Guard.Tasks.OpenAsync(request, opener, cancellationToken).ConfigureAwait(false);
        return opened.IsOpen
            ? opened.Task
            : throw Failure.Of(
                "the task to be opened",
                $"{opener} opens a task for {request.Agent.Id} ({purpose}); where the policies under test are silent about opening tasks, PermitOpeningTasks() adds a permit",
                opened.Decision);
    }

    /// <summary>Approves a request as a person of that role.</summary>
    /// <param name="request">The request, as <see cref="PolicyTestCall.ShouldRequireApprovalAsync"/> answers it.</param>
    /// <param name="role">The role.</param>
    /// <param name="person">The person's name; give distinct ones for a quorum.</param>
    /// <exception cref="PolicyAssertionException">The approval does not count; the message says why.</exception>
    public ValueTask<ApprovalRequest> ApproveAsync(ApprovalRequest request, string role, string person = "approver") =>
        ApproveAsync(request, Principal.Person(person, Tenant, role));

    /// <summary>Approves a request.</summary>
    /// <param name="request">The request, as <see cref="PolicyTestCall.ShouldRequireApprovalAsync"/> answers it.</param>
    /// <param name="approver">Who approves.</param>
    /// <exception cref="PolicyAssertionException">The approval does not count; the message says why.</exception>
    public async ValueTask<ApprovalRequest> ApproveAsync(ApprovalRequest request, Principal approver)
    {
        ArgumentNullException.ThrowIfNull(request);
        Decision decision = await Guard.Approvals.ApproveAsync(request.Id, approver).ConfigureAwait(false);
        return decision.IsPermitted ? request : throw Failure.Of("the approval to count", $"{approver} approves: {request.Description}", decision);
    }

    /// <summary>Refuses a request.</summary>
    /// <param name="request">The request, as <see cref="PolicyTestCall.ShouldRequireApprovalAsync"/> answers it.</param>
    /// <param name="approver">Who refuses.</param>
    /// <exception cref="PolicyAssertionException">The refusal does not count; the message says why.</exception>
    public async ValueTask<ApprovalRequest> RefuseAsync(ApprovalRequest request, Principal approver)
    {
        ArgumentNullException.ThrowIfNull(request);
        Decision decision = await Guard.Approvals.RefuseAsync(request.Id, approver).ConfigureAwait(false);
        return decision.IsPermitted ? request : throw Failure.Of("the refusal to count", $"{approver} refuses: {request.Description}", decision);
    }

    /// <summary>The task that calls are made in unless they name another; opened at the first call.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PolicyAssertionException">The task was not opened; the message says why.</exception>
    public async ValueTask<AgentTask> GetTaskAsync(CancellationToken cancellationToken = default)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _task ??= await OpenTaskAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
    }

    private PolicyTestCall Call(string toolName, byte[] argumentsUtf8) =>
        new(this, new ToolCall(toolName, argumentsUtf8), task: null, ToolResult.None);
}
