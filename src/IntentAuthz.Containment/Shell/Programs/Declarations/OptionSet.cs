namespace IntentAuthz.Containment;

/// <summary>The options of a program or of one of its subcommands.</summary>
internal sealed class OptionSet(Dictionary<string, ProgramOption> options, OptionSet? outer, OptionStyle style)
{
    private readonly Dictionary<string, ProgramOption>.AlternateLookup<ReadOnlySpan<char>> _byName =
        options.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The options of every program or subcommand without any.</summary>
    public static OptionSet Empty { get; } = new([], null, default);

    public OptionStyle Style { get; } = style;

    /// <summary>Whether some option can make the program do more than read, or the list may lack one that can.</summary>
    public bool CanDoMoreThanRead { get; } =
        !style.HasFlag(OptionStyle.Closed) || options.Values.Any(o => o.CanDoMoreThanRead) || (outer?.CanDoMoreThanRead ?? false);

    /// <summary>Whether some option reads a file, so that a word that may be an option may name one.</summary>
    public bool CanRead { get; } = options.Values.Any(o => o.Value != OptionValue.None && o.Role != WordRole.Text) || (outer?.CanRead ?? false);

    /// <summary>The option of this name, or null.</summary>
    public ProgramOption? Find(ReadOnlySpan<char> name)
    {
        for (OptionSet? set = this; set is not null; set = set.Outer)
        {
            if (set._byName.TryGetValue(name, out ProgramOption? option))
            {
                return option;
            }
        }

        return null;
    }

    /// <summary>
    /// The one long option that begins so, or null. Only where the list is complete: else what looks like an abbreviation
    /// of a known option may be the full name of an unknown one.
    /// </summary>
    public ProgramOption? FindAbbreviated(ReadOnlySpan<char> name)
    {
        if (!Style.HasFlag(OptionStyle.Abbreviations))
        {
            return null;
        }

        ProgramOption? found = null;
        for (OptionSet? set = this; set is not null; set = set.Outer)
        {
            foreach (ProgramOption option in set.All)
            {
                if (option.Name.AsSpan().StartsWith(name))
                {
                    if (found is not null)
                    {
                        return null;
                    }

                    found = option;
                }
            }
        }

        return found;
    }

    private OptionSet? Outer { get; } = outer;

    /// <summary>The options of this set, without those of the outer ones.</summary>
    public IReadOnlyCollection<ProgramOption> All => options.Values;
}
