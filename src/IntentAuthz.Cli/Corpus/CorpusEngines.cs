namespace IntentAuthz.Cli.Corpus;

/// <summary>The engines there are; the first is the default.</summary>
internal static class CorpusEngines
{
    public static IReadOnlyList<ICorpusEngine> All { get; } = [new CompiledEngine(), new InterpreterEngine()];

    public static ICorpusEngine Default => All[0];

    public static ICorpusEngine Named(string name) => All.Single(engine => engine.Name == name);
}
