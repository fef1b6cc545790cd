using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Walks the syntax tree of every policy: the plain reading of the language.</summary>
internal sealed class InterpreterEngine : ICorpusEngine
{
    public string Name => "interpreter";

    public Func<CedarRequest, EntityStore, CedarResponse> Load(PolicySet policies) =>
        (request, entities) => CedarAuthorizer.Authorize(request, policies, entities);
}
