namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>Contexts that are read value by value over a record: one that answers all it can, one that answers nothing, one that answers now and then.</summary>
internal static class ReadContexts
{
    public static IEnumerable<(string Name, ICedarContext Context)> Of(CedarRecord record, Random random) =>
    [
        ("read, the record itself", record),
        ("read, answering all it can", new Reading(record, () => true)),
        ("read, answering nothing", new Reading(record, () => false)),
        ("read, answering at random", new Reading(record, () => random.Next(2) == 0)),
    ];

    // Asked for the record twice, or for a value after it, it fails: both are what the interface promises not to do.
    private sealed class Reading(CedarRecord record, Func<bool> answers) : ICedarContext
    {
        private bool _isMade;

        public bool TryRead(ReadOnlySpan<string> path, out CedarScalar value)
        {
            Assert.False(_isMade, "the record is there, and holds the value");
            Assert.False(path.IsEmpty, "the context as a whole is a record");
            value = CedarScalar.Absent;
            return answers() && ((ICedarContext)record).TryRead(path, out value);
        }

        public CedarRecord ToRecord()
        {
            Assert.False(_isMade, "the record is asked for once");
            _isMade = true;
            return record;
        }
    }
}
