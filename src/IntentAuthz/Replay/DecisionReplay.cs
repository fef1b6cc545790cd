using System.Collections.Immutable;

using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz;

/// <summary>
/// Asks a changed set of policies what has been asked before: which decisions are the same, which changed and by what policy, and of which the log
/// does not hold enough. It evaluates as the guard does, by the same code. What mandates, approvals and the mode of enforcement made of a verdict
/// is not part of it. Safe for use by many threads.
/// </summary>
public sealed class DecisionReplay
{
    private readonly ReplayOptions _options;
    private readonly CedarPolicyEngine _engine;
    private readonly Redecision _redecision;

    /// <summary>Loads the policies.</summary>
    /// <param name="policies">Where they come from; at least one.</param>
    /// <param name="options">How to replay; null for what is usual.</param>
    /// <exception cref="PolicyLoadException">A source cannot be read, a policy is wrong, or one does not fit the schema.</exception>
    public DecisionReplay(IEnumerable<PolicySource> policies, ReplayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        _options = options ?? new ReplayOptions();
        _engine = new CedarPolicyEngine(policies, NullLogger<CedarPolicyEngine>.Instance, _options.AnnotationKeys);
        if (_options.Schema is { } schema)
        {
            Check(_engine, schema);
        }

        _redecision = new Redecision(_engine, _options.Schema);
    }

    /// <summary>Replays the files of a <see cref="FileDecisionStore"/>, over all processors. A store that is being written is read as far as it is when a file is come to.</summary>
    /// <param name="directory">The store's directory.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="progress">Is told how far it is, some times a second.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <exception cref="IOException">The directory cannot be read. What is wrong with single files is among the result's problems.</exception>
    public Task<ReplayResult> RunAsync(
        string directory, IDecisionKeyProvider keys, IProgress<ReplayProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(keys);
        return new StoreReplay(_redecision, _options, directory, keys, progress).RunAsync(cancellationToken);
    }

    /// <summary>
    /// Replays an audit log alone. It holds no argument, no attribute and nothing of the context, so what depends on any of them is unknown; with
    /// <see cref="ReplayOptions.Schema"/> it is known at least which groups an action is in. Obligations but for approvals are not compared. The log
    /// is verified while it is read, as <see cref="AuditVerifier"/> does it: see <see cref="ReplayResult.Audit"/>.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="against">What to verify it against; null for the chain alone.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public Task<ReplayResult> RunOverAuditAsync(
        AuditLog log, AuditVerifyOptions? against = null, IProgress<ReplayProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        return Task.Run(() => new AuditReplay(_engine, _options, log, against ?? new AuditVerifyOptions(), progress).Run(cancellationToken), cancellationToken);
    }

    /// <summary>Replays decisions from anywhere, such as from a store of the host's own, on this thread.</summary>
    /// <param name="decisions">The decisions.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    public ReplayResult Run(IEnumerable<RecordedDecision> decisions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        ReplayTally tally = new(_options);
        long number = 0;
        foreach (RecordedDecision decision in decisions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tally.Add(_redecision, decision, (0, number++, 0));
        }

        return ReplayTally.Sum([tally], _options.MaxExamples, [], [], 0);
    }

    /// <summary>What the policies say of one decision: the verdict, or null with what the log lacks.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="missing">What the log does not hold, in words; null when the verdict is known.</param>
    public Verdict? Decide(RecordedDecision decision, out string? missing)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return _redecision.Decide(decision, _redecision.PoliciesOf(decision.Tenant), out missing, out _);
    }

    private static void Check(CedarPolicyEngine engine, Schema schema)
    {
        ImmutableArray<string> problems =
        [
            .. engine.Sets.SelectMany(set => Validator.Validate(set.Set, schema, ValidationMode.Strict).Errors)
                .Select(static e => e.ToString()).Distinct(StringComparer.Ordinal),
        ];
        if (!problems.IsEmpty)
        {
            throw new PolicyLoadException([.. problems]);
        }
    }
}
