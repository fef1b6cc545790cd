using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One replay of an audit log. It names who did what on what, and of the rest holds digests at most: what policies say whatever the arguments, the
/// task, the groups and the attributes were is decided, the rest is unknown. One thread, used once.
/// </summary>
internal sealed class AuditReplay(CedarPolicyEngine engine, ReplayOptions options, string path, IProgress<ReplayProgress>? progress)
{
    private const int MaxProblems = 1000;
    private const int LinesPerReport = 4096;

    private readonly AuditRedecision _redecision = new(options.Schema);
    private readonly ReplayTally _tally = new(options);
    private readonly List<string> _problems = [];
    private readonly List<string> _unfinished = [];
    private long _read;
    private long _total;

    internal ReplayResult Run(CancellationToken cancellationToken)
    {
        List<string> files = [.. AuditSegments.Full(path).Select(static f => f.Path)];
        if (files.Count == 0 || File.Exists(path))
        {
            files.Add(path);
        }

        _total = files.Sum(static f => new FileInfo(f).Length);
        for (int i = 0; i < files.Count; i++)
        {
            using FileStream file = new(files[i], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Read(file, files[i], i, cancellationToken);
        }

        progress?.Report(new ReplayProgress(_tally.Decisions, _total, _total));
        return ReplayTally.Sum([_tally], options.MaxExamples, [.. _problems], [.. _unfinished], _total);
    }

    private void Read(FileStream file, string name, int number, CancellationToken cancellationToken)
    {
        using AuditFileReader reader = new(file);
        for (int line = 1; reader.TryRead(out ReadOnlySpan<byte> bytes); line++)
        {
            if (line % LinesPerReport == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new ReplayProgress(_tally.Decisions, _read + reader.Position, _total));
            }

            if (reader.IsTorn)
            {
                _unfinished.Add($"{name} ends within line {line}");
                break;
            }

            if (!AuditLogLine.TryRead(bytes, out _, out ReadOnlySpan<byte> record, out _))
            {
                if (!bytes.StartsWith("{\"log\":"u8) && !AuditCheckpoint.TryRead(bytes, out _))
                {
                    Note($"{name}:{line}: this is no line of an audit log.");
                }

                continue;
            }

            try
            {
                Replay(record, number, line);
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException or KeyNotFoundException or InvalidOperationException)
            {
                Note($"{name}:{line}: the record cannot be read ({e.GetType().Name}).");
            }
        }

        if (reader.IsTooLong)
        {
            Note($"{name}: a line is longer than a record can be; the rest is not read.");
        }

        _read += file.Length;
    }

    private void Replay(ReadOnlySpan<byte> utf8, int file, int line)
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

        EntityUid[] uids = [.. resources.Select(static r => EntityUid.Parse(r))];
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
            Verdict = VerdictOf(record),
            PolicyVersion = Text(record, "policyVersion") ?? "",
        };
        LoadedPolicies policies = engine.PoliciesOf(recorded.Tenant);
        if (recorded.Verdict.ReasonCode is not (ReasonCodes.Permitted or ReasonCodes.ApprovalRequired or ReasonCodes.NoPermit or ReasonCodes.Forbidden
            or ReasonCodes.PolicyError or ReasonCodes.ConflictingObligations))
        {
            _tally.Settle(recorded, null, $"it was denied as '{recorded.Verdict.ReasonCode}', and what the policies said is not in an audit log", [], policies, (file, line, 0));
            return;
        }

        Verdict? verdict = _redecision.Decide(policies, recorded.Principal, recorded.Action, uids, out string? missing, out IEnumerable<string> by);
        _tally.Settle(recorded, verdict, missing, by, policies, (file, line, 0), comparesObligations: false);
    }

    /// <summary>The decision as far as a policy's verdict shows in it. What was asked for beside approvals does not.</summary>
    private static Verdict VerdictOf(JsonElement record)
    {
        // A call that ran since policies are only observed names what they would have said.
        string? observed = Text(record, "observed");
        string outcome = Text(record, "outcome") ?? "";
        bool isAsked = observed == ReasonCodes.ApprovalRequired || (observed is null && outcome == "require-approval")
            || (observed is null && outcome == "permit" && Text(record, "approval") is not null);
        bool isDenied = observed is null ? outcome == "deny" : !isAsked;
        return new Verdict(
            isDenied ? VerdictEffect.Deny : VerdictEffect.Permit,
            observed ?? Text(record, "reason") ?? "",
            List(record, "policies") ?? [],
            obligations: isAsked ? new Obligations { Approvals = [new ApprovalRequirement("", 1)] } : null);
    }

    private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static ImmutableArray<string>? List(JsonElement record, string name) =>
        record.TryGetProperty(name, out JsonElement values) ? [.. values.EnumerateArray().Select(static v => v.GetString()!)] : null;

    private void Note(string problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(problem);
        }
    }
}
