namespace IntentAuthz.Testing;

/// <summary>
/// A call to ask the guard about. Asking makes the call through the real guard, with a tool that does nothing: it counts in the task's history
/// and rates, is audited, gets its credential and uses up its approval, as a call in earnest would. Immutable; each method answers a new call.
/// </summary>
public sealed class PolicyTestCall
{
    private readonly PolicyTestHost _host;
    private readonly ToolCall _call;
    private readonly AgentTask? _task;
    private readonly ToolResult _result;

    internal PolicyTestCall(PolicyTestHost host, ToolCall call, AgentTask? task, ToolResult result)
    {
        _host = host;
        _call = call;
        _task = task;
        _result = result;
    }

    /// <summary>Makes the call in this task, instead of the host's own.</summary>
    /// <param name="task">The task.</param>
    public PolicyTestCall In(AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new PolicyTestCall(_host, _call, task, _result);
    }

    /// <summary>Lets the tool answer this text, for tests of what may follow from it.</summary>
    /// <param name="text">What the model would see.</param>
    public PolicyTestCall Returning(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Returning(ToolResult.FromText(text));
    }

    /// <summary>Lets the tool answer this, for tests of what may follow from it.</summary>
    /// <param name="result">What the model would see.</param>
    public PolicyTestCall Returning(ToolResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new PolicyTestCall(_host, _call, _task, result);
    }

    /// <summary>Supplies an argument that the tool's descriptor declares host-only.</summary>
    /// <param name="name">The argument.</param>
    /// <param name="value">Its value.</param>
    public PolicyTestCall WithHostArgument(string name, HostValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        Dictionary<string, HostValue> arguments = new(_call.HostArguments ?? new Dictionary<string, HostValue>(), StringComparer.Ordinal)
        {
            [name] = value,
        };
        return new PolicyTestCall(
            _host, new ToolCall(_call.ToolName, _call.ArgumentsUtf8) { HostArguments = arguments }, _task, _result);
    }

    /// <summary>What the guard decides.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask<GuardResult> DecideAsync(CancellationToken cancellationToken = default) =>
        (await InvokeAsync(cancellationToken).ConfigureAwait(false)).Result;

    /// <summary>The call is permitted and the tool ran.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What became of the call.</returns>
    /// <exception cref="PolicyAssertionException">It was not; the message says what happened instead, and why.</exception>
    public async ValueTask<GuardResult> ShouldBePermittedAsync(CancellationToken cancellationToken = default)
    {
        (AgentTask task, GuardResult result) = await InvokeAsync(cancellationToken).ConfigureAwait(false);
        return result.Decision.IsPermitted
            ? result
            : throw Failure.Of("the call to be permitted", _call, task, result);
    }

    /// <summary>The call is denied.</summary>
    /// <param name="reasonCode">For this reason, one of <see cref="ReasonCodes"/>; for any when null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What became of the call.</returns>
    /// <exception cref="PolicyAssertionException">It was not, or for another reason; the message says what happened instead, and why.</exception>
    public async ValueTask<GuardResult> ShouldBeDeniedAsync(string? reasonCode = null, CancellationToken cancellationToken = default)
    {
        (AgentTask task, GuardResult result) = await InvokeAsync(cancellationToken).ConfigureAwait(false);
        if (result.Decision.Outcome != DecisionOutcome.Deny)
        {
            throw Failure.Of(reasonCode is null ? "the call to be denied" : $"the call to be denied ({reasonCode})", _call, task, result);
        }

        return reasonCode is null || string.Equals(result.Decision.ReasonCode, reasonCode, StringComparison.Ordinal)
            ? result
            : throw Failure.Of($"the call to be denied for '{reasonCode}'", _call, task, result, $"denied for '{result.Decision.ReasonCode}'");
    }

    /// <summary>The call waits for people of exactly these roles.</summary>
    /// <param name="roles">As <c>@approval</c> has them, in any order: <c>finance</c>, or <c>finance:2</c> for two people. None accepts any.</param>
    /// <returns>The request they are shown, for <see cref="PolicyTestHost.ApproveAsync(ApprovalRequest, string, string)"/>.</returns>
    /// <exception cref="PolicyAssertionException">It does not, or for others; the message says what happened instead, and why.</exception>
    public async ValueTask<ApprovalRequest> ShouldRequireApprovalAsync(params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        string expected = roles.Length == 0 ? "the call to wait for an approval" : $"the call to wait for the approval of {string.Join(", ", roles)}";
        (AgentTask task, GuardResult result) = await InvokeAsync(CancellationToken.None).ConfigureAwait(false);
        if (result.Decision.Outcome != DecisionOutcome.RequireApproval
            || result.Decision.Approval is not { } id
            || _host.Guard.Approvals.Find(task.Tenant, id) is not { } request)
        {
            throw Failure.Of(expected, _call, task, result);
        }

        string[] needed = [.. request.Needed.Select(static n => n.ToString()).Order(StringComparer.Ordinal)];
        return roles.Length == 0 || roles.Order(StringComparer.Ordinal).SequenceEqual(needed, StringComparer.Ordinal)
            ? request
            : throw Failure.Of(expected, _call, task, result, $"made to wait for {string.Join(", ", needed)}");
    }

    private async ValueTask<(AgentTask Task, GuardResult Result)> InvokeAsync(CancellationToken cancellationToken)
    {
        AgentTask task = _task ?? await _host.GetTaskAsync(cancellationToken).ConfigureAwait(false);
        ToolResult answer = _result;
        GuardResult result = await _host.Guard.InvokeAsync(task, _call, (_, _) => new ValueTask<ToolResult>(answer), cancellationToken).ConfigureAwait(false);
        return (task, result);
    }
}
