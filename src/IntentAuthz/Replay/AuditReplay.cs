using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One replay of an audit log. It names who did what on what, and of the rest holds digests at most: what policies say whatever the arguments, the
/// task, the groups and the attributes were is decided, the rest is unknown. The log is verified in the same reading. One thread, used once.
/// </summary>
internal sealed class AuditReplay(CedarPolicyEngine engine, ReplayOptions options, AuditLog log, AuditVerifyOptions against, IProgress<ReplayProgress>? progress)
{
    private const int MaxProblems = 1000;

    private readonly AuditRedecision _redecision = new(options.Schema);
    private readonly ReplayTally _tally = new(options);
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);

    internal ReplayResult Run(CancellationToken cancellationToken)
    {
        if (log.Files().Count == 0)
        {
            throw new FileNotFoundException($"There is no audit log {log.Path}.", log.Path);
        }

        AuditVerifyOptions told = new() { Progress = new Telling(this, against.Progress) };
        foreach ((string id, ECDsa key) in against.Keys)
        {
            told.Keys.Add(id, key);
        }

        foreach (AuditCheckpoint kept in against.Checkpoints)
        {
            told.Checkpoints.Add(kept);
        }

        AuditVerification found = new AuditVerifyRun(told, leaves: null) { Reader = Read, ReadsOn = true }.Read(log, cancellationToken);
        long bytes = log.Files().Sum(static f => new FileInfo(f).Length);
        progress?.Report(new ReplayProgress(_tally.Decisions, bytes, bytes));
        return ReplayTally.Sum(
            [_tally], options.MaxExamples, [.. found.Findings.Select(static f => f.ToString()), .. _problems], found.EndsTorn ? [$"{log.Path} ends within a line"] : [], bytes, found);
    }

    private void Read((string File, long Line) place, long number, ReadOnlySpan<byte> line, ReadOnlySpan<byte> record)
    {
        if (!_files.TryGetValue(place.File, out int file))
        {
            _files.Add(place.File, file = _files.Count);
        }

        try
        {
            Replay(record, file, place.Line);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            if (_problems.Count < MaxProblems)
            {
                _problems.Add($"{place.File}:{place.Line}: the record cannot be read ({e.GetType().Name}).");
            }
        }
    }

    private void Replay(ReadOnlySpan<byte> utf8, int file, long line)
    {
        JsonElement record = JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = 16 });
        if (record.GetProperty("kind").GetString() != "decision" || Text(record, "agent") is not { } agent || Text(record, "action") is not { } action
            || Text(record, "tenant") is not { } tenant || List(record, "resources") is not { Length: > 0 } resources)
        {
            return; // of a call that never came to be asked about, or of something else than a call
        }

        DateTimeOffset time = record.GetProperty("time").GetDateTimeOffset();
        if (time < options.From || time >= options.To)
        {
            return;
        }

        EntityUid[] uids = [.. resources.Where(static r => r != AuditBounds.Mark).Select(static r => AuditBounds.IsCut(r) ? LeftOf(r) : EntityUid.Parse(r))];
        RecordedDecision recorded = new(ContextParts.None, [null, null, null, null, null, null, null, null])
        {
            Time = time,
            Tenant = new TenantId(tenant),
            Call = Text(record, "call") is { } call ? new CallId(call) : null,
            Task = Text(record, "task") is { } task ? new TaskId(task) : null,
            Principal = new EntityUid(EntityTypes.Agent, agent),
            Action = EntityUid.Parse(action),
            Resource = uids[0],
            Entities = [],
            Verdict = VerdictOf(record, out bool isKnown),
            PolicyVersion = Text(record, "policyVersion") ?? "",
        };
        LoadedPolicies policies = engine.PoliciesOf(recorded.Tenant);
        string reason = Text(record, "observed") ?? Text(record, "reason") ?? "";
        if (reason is not (ReasonCodes.Permitted or ReasonCodes.ApprovalRequired or ReasonCodes.RepeatOfUnknownOutcome or ReasonCodes.NoPermit or ReasonCodes.Forbidden
            or ReasonCodes.PolicyError or ReasonCodes.ConflictingObligations))
        {
            _tally.Settle(recorded, null, $"it was denied as '{reason}', and what the policies said is not in an audit log", [], policies, (file, line, 0));
            return;
        }

        if (resources.Any(AuditBounds.IsCut))
        {
            _tally.Settle(recorded, null, "it was about resources that are too long to stand whole in an audit log", [], policies, (file, line, 0));
            return;
        }

        Verdict? verdict = _redecision.Decide(policies, recorded.Principal, recorded.Action, uids, out string? missing, out IEnumerable<string> by);
        if (!isKnown && verdict is { Effect: VerdictEffect.Permit } permitting)
        {
            (verdict, missing, by) = (null, "an approval was asked for, and the record does not say by whom", permitting.Policies); // a denial changes it either way
        }

        _tally.Settle(recorded, verdict, missing, by, policies, (file, line, 0), comparesObligations: false);
    }

    /// <summary>The decision as far as a policy's verdict shows in it. What was asked for beside approvals does not.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isKnown">False when somebody asked for an approval and it is not known whether the policies did; then the verdict says that they did.</param>
    private static Verdict VerdictOf(JsonElement record, out bool isKnown)
    {
        // A call that ran since policies are only observed names what they would have said.
        string? observed = Text(record, "observed");
        string outcome = Text(record, "outcome") ?? "";
        bool isAsked = observed == ReasonCodes.ApprovalRequired
            || (observed is null && (outcome == "require-approval" || (outcome == "permit" && Text(record, "approval") is not null)));
        bool isDenied = observed is null ? outcome == "deny" : !isAsked;
        isKnown = true;
        if (isAsked && observed is null)
        {
            // A mandate, a proposal, a signal or a score can ask as well, of which the policies say nothing.
            ImmutableArray<string>? askers = List(record, "approvalAskedBy");
            isKnown = askers is not null;
            isAsked = askers is not { } by || by.Contains(ApprovalAskerNames.Policy);
        }

        return new Verdict(
            isDenied ? VerdictEffect.Deny : VerdictEffect.Permit,
            isDenied ? observed ?? Text(record, "reason") ?? "" : ReasonCodes.Permitted,
            List(record, "policies") ?? [],
            obligations: isAsked ? new Obligations { Approvals = [new ApprovalRequirement("", 1)] } : null);
    }

    /// <summary>What is left of a resource that was cut, to be shown.</summary>
    private static EntityUid LeftOf(string resource)
    {
        int id = resource.IndexOf("::\"", StringComparison.Ordinal);
        return id < 0 ? throw new FormatException("What is left of a resource is not even its type.") : new EntityUid(resource[..id], resource[(id + 3)..]);
    }

    private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static ImmutableArray<string>? List(JsonElement record, string name) =>
        record.TryGetProperty(name, out JsonElement values) ? [.. values.EnumerateArray().Select(static v => v.GetString()!)] : null;

    private void Tell(AuditVerifyProgress value) => progress?.Report(new ReplayProgress(_tally.Decisions, value.Bytes, value.TotalBytes));

    /// <summary>Tells how far the verifying is as how far the replay is: it is one reading.</summary>
    private sealed class Telling(AuditReplay replay, IProgress<AuditVerifyProgress>? others) : IProgress<AuditVerifyProgress>
    {
        public void Report(AuditVerifyProgress value)
        {
            others?.Report(value);
            replay.Tell(value);
        }
    }
}
