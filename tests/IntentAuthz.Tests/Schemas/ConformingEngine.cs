using System.Collections.Concurrent;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Permits everything, with whatever obligations a test says, and holds each request and its entities against the schema that policies are checked against.</summary>
internal sealed class ConformingEngine : IPolicyEngine
{
    internal Func<Schema> SchemaOf { get; set; } = () => throw new InvalidOperationException("set by the test");

    internal Func<PolicyRequest, Obligations> Asks { get; set; } = _ => Obligations.None;

    /// <summary>What was asked, by action.</summary>
    internal ConcurrentDictionary<string, int> Asked { get; } = new();

    /// <summary>What did not conform.</summary>
    internal ConcurrentQueue<string> Findings { get; } = new();

    public string GetVersion(TenantId tenant) => "1";

    public bool CouldPermit(PartialPolicyRequest request) => true;

    public ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
    {
        Schema schema = SchemaOf();
        Asked.AddOrUpdate(request.Action.ToString(), 1, (_, n) => n + 1);
        foreach (ValidationFinding finding in schema.ValidateRequest(new CedarRequest(request.Principal, request.Action, request.Resource, request.Context)))
        {
            Findings.Enqueue($"{request.Action}: {finding}: {request.Context}");
        }

        foreach (EntityUid uid in new[] { request.Principal, request.Resource, request.Action })
        {
            foreach (ValidationFinding finding in request.Entities.Find(uid) is { } entity ? schema.ValidateEntity(entity) : [])
            {
                Findings.Enqueue($"{request.Action}: {uid}: {finding}");
            }
        }

        return new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, ["all"], obligations: Asks(request)));
    }
}
