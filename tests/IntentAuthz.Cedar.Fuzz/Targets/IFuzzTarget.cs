namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>Something that reads input from outside.</summary>
internal interface IFuzzTarget
{
    /// <summary>What the directory of its seeds is called.</summary>
    string Name { get; }

    /// <summary>
    /// Reads one input. Throws if anything comes out that is not documented, or if what was read is not the same after writing it.
    /// </summary>
    /// <returns>What came out, roughly: two inputs that go other ways should give other texts.</returns>
    string Run(byte[] input);
}
