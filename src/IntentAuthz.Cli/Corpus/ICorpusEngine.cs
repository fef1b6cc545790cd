using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>One of the ways in which this implementation decides requests; all must decide alike. Safe to call from several threads.</summary>
internal interface ICorpusEngine
{
    /// <summary>What <c>--engine</c> calls it.</summary>
    string Name { get; }

    /// <summary>Prepares a set of policies for any number of decisions.</summary>
    Func<CedarRequest, EntityStore, CedarResponse> Load(PolicySet policies);
}
