namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>Asks every way of evaluating the same question, and fails where they disagree.</summary>
internal static class Engines
{
    /// <summary>The answer of the interpreter, which all compiled forms have given too.</summary>
    public static CedarResponse Authorize(CedarRequest request, PolicySet policies, EntityStore entities) =>
        Authorize(request, policies, policies.Compile(), policies.Compile().Bind(entities));

    /// <inheritdoc cref="Authorize(CedarRequest, PolicySet, EntityStore)"/>
    public static CedarResponse Authorize(CedarRequest request, PolicySet policies, CompiledPolicySet compiled, BoundPolicySet bound)
    {
        var entities = bound.Entities;
        var foreign = new ForeignProvider(entities);
        var expected = CedarAuthorizer.Authorize(request, policies, entities);
        Same(expected, CedarAuthorizer.Authorize(request, policies, foreign), "interpreted, over a provider");
        Same(expected, compiled.Authorize(request, entities), "compiled, over a store");
        Same(expected, compiled.Authorize(request, foreign), "compiled, over a provider");
        Same(expected, bound.Authorize(request), "bound");
        Assert.Equal(("compiled, decision only", expected.Decision), ("compiled, decision only", compiled.Decide(request, entities)));
        Assert.Equal(("compiled, decision only, over a provider", expected.Decision), ("compiled, decision only, over a provider", compiled.Decide(request, foreign)));
        Assert.Equal(("bound, decision only", expected.Decision), ("bound, decision only", bound.Decide(request)));
        return expected;
    }

    /// <summary>Fails where two answers differ in anything.</summary>
    public static void Same(CedarResponse expected, CedarResponse actual, string engine) => Assert.Equal(Describe(expected, engine), Describe(actual, engine));

    private static string Describe(CedarResponse response, string engine) =>
        $"{engine}: {response.Decision} by [{string.Join(", ", response.Reasons)}], errors [{string.Join("; ", response.Errors)}]";

    // All that an engine can know of these entities it has to ask for.
    private sealed class ForeignProvider(EntityStore entities) : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => entities.Find(uid);
    }
}
