using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Replay;

/// <summary>Asks an engine by the way the guard does, and keeps what the recorder makes of it.</summary>
internal static class Recording
{
    internal static RecordedDecision Record(
        string policies, EntityUid principal, EntityUid action, EntityUid resource, IEntityProvider host, CedarRecord input, CedarRecord? risk = null)
    {
        CedarPolicyEngine engine = new([PolicySource.Text(policies)], NullLogger<CedarPolicyEngine>.Instance);
        Keeping store = new();
        DecisionQueue queue = new(store, 1 << 30, TimeSpan.FromMinutes(1), static _ => { }, TimeProvider.System, NullLogger<DecisionQueue>.Instance);
        DecisionRecorder recorder = new(engine, queue, new SecretScrubber(TimeProvider.System), deniesWhatIsLost: false, keepsWholeContext: false, TimeProvider.System);
        PolicyRequest request = PolicyRequest.Of(
            new TenantId("acme"), new Entity(principal), new Entity(action), new Entity(resource), host, new Source(input, risk));
        ValueTask<Verdict> verdict = recorder.EvaluateAsync(request, CancellationToken.None);
        if (!verdict.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("The native engine answers at once.");
        }

        queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return store.Decisions.Single();
    }

    /// <summary>Keeps decisions in memory.</summary>
    internal sealed class Keeping : IDecisionStore
    {
        internal List<RecordedDecision> Decisions { get; } = [];

        public ValueTask AppendAsync(ReadOnlyMemory<RecordedDecision> decisions, CancellationToken cancellationToken)
        {
            Decisions.AddRange(decisions.Span);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Source(CedarRecord input, CedarRecord? risk) : IContextSource
    {
        public CedarRecord? Build(ContextParts part) => part switch { ContextParts.Input => input, ContextParts.Risk => risk, _ => null };
    }
}
