using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Stands between the guard and its policy engine where the host keeps decisions, and hands each request with its verdict to the queue. Without a
/// store it is not there at all. It changes no verdict, except that a host may ask for calls that cannot be kept to be denied.
/// </summary>
internal sealed class DecisionRecorder(IPolicyEngine engine, DecisionQueue queue, SecretScrubber secrets, bool deniesWhatIsLost, bool keepsWholeContext, TimeProvider time) : IPolicyEngine
{
    /// <summary>
    /// What is kept of the context whether or not a policy asked for it: there already, or as good as. The others, the history, the risk and the
    /// provenance, are found out by work that grows with what the task has seen.
    /// </summary>
    internal const ContextParts AlwaysKept = ContextParts.Input | ContextParts.Task | ContextParts.Approval | ContextParts.Delegation | ContextParts.System;

    /// <summary>Whether the engine is the library's.</summary>
    internal bool IsOverOwnEngine => engine is CedarPolicyEngine;

    public string GetVersion(TenantId tenant) => engine.GetVersion(tenant);

    public bool CouldPermit(PartialPolicyRequest request) => engine.CouldPermit(request);

    public ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        string version = engine.GetVersion(request.Tenant);
        request.Keep();
        ValueTask<Verdict> pending = engine.EvaluateAsync(request, cancellationToken);
        return pending.IsCompletedSuccessfully
            ? new ValueTask<Verdict>(Record(request, pending.Result, version))
            : RecordAsync(pending, request, version);
    }

    private async ValueTask<Verdict> RecordAsync(ValueTask<Verdict> pending, PolicyRequest request, string version) =>
        Record(request, await pending.ConfigureAwait(false), version);

    private Verdict Record(PolicyRequest request, Verdict? verdict, string version)
    {
        if (verdict is null)
        {
            return null!; // an engine that failed, as whoever asked will say
        }

        bool isKept;
        try
        {
            isKept = queue.TryAccept(Capture(request, verdict, string.Equals(version, engine.GetVersion(request.Tenant), StringComparison.Ordinal) ? version : ""));
        }
        catch (Exception e)
        {
            // A host's entities that answered the engine and fail now: the decision stands, its record is lost.
            queue.Lose(e);
            isKept = false;
        }

        // Taking authority away never waits for a store to have room, so administrative actions go on.
        return isKept || !deniesWhatIsLost || request.Source is not CallContext ? verdict : new Verdict(VerdictEffect.Deny, ReasonCodes.DecisionUnrecorded, []);
    }

    private RecordedDecision Capture(PolicyRequest request, Verdict verdict, string version)
    {
        request.Build(keepsWholeContext ? ContextParts.All : AlwaysKept);
        (ImmutableArray<Entity> entities, ImmutableArray<EntityUid> absent, int characters) = RequestSlice.Of(request);
        ImmutableArray<CedarRecord?> parts = request.GetBuiltParts();
        ContextParts scrubbed = ContextParts.None;
        bool areEntitiesScrubbed = false;
        EntityUid resource = request.Resource;
        CallContext? call = request.Source as CallContext;
        string? mandate = call?.Task.Mandate.Description;
        if (secrets.KnowsAny)
        {
            ValueScrubber scrubber = new(secrets);
            resource = scrubber.Scrub(resource);
            entities = [.. entities.Select(scrubber.Scrub)];
            absent = [.. absent.Select(scrubber.Scrub)];
            areEntitiesScrubbed = scrubber.HasFound;
            mandate = mandate is null ? null : scrubber.Scrub(mandate);
            parts = Scrub(parts, scrubber, ref scrubbed);
            verdict = new Verdict(verdict.Effect, verdict.ReasonCode, verdict.Policies, scrubber.Scrub(verdict.Errors), verdict.Obligations);
        }

        return new RecordedDecision(request.Built, parts)
        {
            Time = time.GetUtcNow(),
            Tenant = request.Tenant,
            Call = call?.Id,
            Task = call?.Task.Id,
            Mandate = mandate,
            Principal = request.Principal,
            Action = request.Action,
            Resource = resource,
            Entities = entities,
            AbsentEntities = absent,
            ScrubbedParts = scrubbed,
            AreEntitiesScrubbed = areEntitiesScrubbed,
            Verdict = verdict,
            PolicyVersion = version,
            Weight = 1024 + (2 * characters) + (64 * entities.Length),
        };
    }

    private static ImmutableArray<CedarRecord?> Scrub(ImmutableArray<CedarRecord?> parts, ValueScrubber scrubber, ref ContextParts scrubbed)
    {
        CedarRecord?[] clean = [.. parts];
        for (int i = 0; i < clean.Length; i++)
        {
            scrubber.HasFound = false;
            clean[i] = clean[i] is { } part ? scrubber.Scrub(part) : null;
            scrubbed |= scrubber.HasFound ? ContextNames.All[i].Part : ContextParts.None;
        }

        return [.. clean];
    }
}
