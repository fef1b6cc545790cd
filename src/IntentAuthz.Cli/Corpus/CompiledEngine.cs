using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>The compiled policies, bound to the entities of the test.</summary>
internal sealed class CompiledEngine : ICorpusEngine
{
    public string Name => "compiled";

    public Func<CedarRequest, EntityStore, CedarResponse> Load(PolicySet policies)
    {
        CompiledPolicySet compiled = policies.Compile();
        BoundPolicySet? bound = null;
        return (request, entities) =>
        {
            // A test asks several requests over the same entities.
            bound = bound is not null && ReferenceEquals(bound.Entities, entities) ? bound : compiled.Bind(entities);
            CedarResponse response = bound.Authorize(request);
            return bound.Decide(request) == response.Decision
                ? response
                : throw new InvalidOperationException("The decision alone differs from the decision with its reasons. Please report this, with the test.");
        };
    }
}
