using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>
/// The same way out for code in this process: every request is decided by the guard as a call of the task, within the granted hosts, and goes to
/// an address that was looked at. It follows no redirect (a caller that does makes another request, which is decided anew), keeps no cookies, uses
/// no proxy, and reads responses whole, so that taking the authority away cuts them off. What is sent is made anew of what was decided, and what
/// comes back is made anew too: a credential is neither on the caller's request nor in the response. Safe for use by many threads.
/// </summary>
public sealed class EgressHandler : HttpMessageHandler
{
    private readonly EgressGate _gate;

    /// <summary>Makes a handler. The descriptors of <see cref="EgressTools"/> must be among the guard's tools.</summary>
    /// <param name="guard">Who decides.</param>
    /// <param name="task">The task whose requests they are.</param>
    /// <param name="parent">The call they are made from; null for none.</param>
    /// <param name="hosts">What is granted.</param>
    /// <param name="options">How it behaves; null for the defaults.</param>
    public EgressHandler(Guard guard, AgentTask task, CallId? parent, ImmutableArray<EgressGrant> hosts, EgressOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(task);
        _gate = new EgressGate(guard, task, parent, hosts, options ?? EgressOptions.Default, new OpenTunnels());
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">
    /// The request was refused, or it failed: the message names the code of <see cref="EgressCodes"/> or <see cref="ReasonCodes"/>, and the status is
    /// the one the proxy would answer with.
    /// </exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_gate.Options.RequestTimeout);
        try
        {
            return await SendWithinAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            throw Refused(new EgressRefusal(504, EgressCodes.TimedOut));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gate.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        CallersRequest caller = await CallersRequest.ReadAsync(request, _gate, cancellationToken).ConfigureAwait(false);
        if (caller.Refusal is { } unasked)
        {
            _gate.Record(unasked.Code, caller.Asked);
            throw Refused(unasked);
        }

        HttpResponseMessage? response = null;
        EgressRefusal? refusal = null;
        GuardResult result = await _gate.InvokeAsync(
            caller.Asked!,
            async (invocation, token) =>
            {
                try
                {
                    response = await ExchangeAsync(caller, request, invocation, token).ConfigureAwait(false);
                    return ToolResult.FromJson(JsonElement.Parse($$"""{"status":{{(int)response.StatusCode}}}"""));
                }
                catch (Exception e) when (!token.IsCancellationRequested)
                {
                    refusal = EgressRefusal.Of(e);
                    if (refusal.IsDenial)
                    {
                        _gate.Record(refusal.Code, caller.Asked);
                    }

                    return ToolResult.FromJson(JsonElement.Parse($$"""{"status":{{refusal.Status}}}"""));
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (refusal is null && result.IsCompleted && response is not null)
        {
            return response;
        }

        response?.Dispose();
        throw Refused(refusal ?? EgressRefusal.Of(result));
    }

    private async ValueTask<HttpResponseMessage> ExchangeAsync(CallersRequest caller, HttpRequestMessage request, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        LeasedCredential? credential = invocation.Credential; // read once: without one there is less to check, and the invocation has none when the call is over
        using HttpRequestMessage message = caller.ToMessage();
        using HttpResponseMessage response = await _gate.SendAsync(caller.Asked!, message, credential, cancellationToken).ConfigureAwait(false);
        return await CallersResponse.ReadAsync(response, request, _gate, credential, invocation, cancellationToken).ConfigureAwait(false);
    }

    private static HttpRequestException Refused(EgressRefusal refusal) => new(
        refusal.Approval is { } approval
            ? $"The request waits for a person's approval ({refusal.Code}, {approval}); the same request again resumes it."
            : $"The request was refused ({refusal.Code}); see the audit for why.",
        inner: null,
        (HttpStatusCode)refusal.Status);
}
