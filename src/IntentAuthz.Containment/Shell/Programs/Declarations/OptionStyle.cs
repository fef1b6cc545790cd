namespace IntentAuthz.Containment;

/// <summary>How a program reads its options.</summary>
[Flags]
internal enum OptionStyle
{
    None = 0,

    /// <summary>The list is complete: there is no option that it lacks.</summary>
    Closed = 1,

    /// <summary>A long option may be cut short as long as it stays unambiguous.</summary>
    Abbreviations = 2,

    /// <summary>The first operand ends the options.</summary>
    OperandEndsOptions = 4,

    /// <summary>A single dash begins a long option: <c>-name</c>, not <c>-n -a -m -e</c>.</summary>
    SingleDash = 8,

    /// <summary>No word is an option, whatever it looks like.</summary>
    NoOptions = 16,
}
