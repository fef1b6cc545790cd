namespace IntentAuthz.Containment;

/// <summary>One option of a program.</summary>
internal sealed class ProgramOption(string name)
{
    /// <summary>With its dashes.</summary>
    public string Name { get; } = name;

    public OptionValue Value { get; init; }

    /// <summary>What the value is, if there is one.</summary>
    public WordRole Role { get; init; }

    /// <summary>What the option does besides.</summary>
    public ProgramEffect[] Effects { get; init; } = [];

    /// <summary>What the operands are when this option is there, if not what they are otherwise.</summary>
    public OperandPattern? Operands { get; init; }

    /// <summary>Whether it can make the program do more than read.</summary>
    public bool CanDoMoreThanRead => (Value != OptionValue.None && !OnlyReads(Role)) || Effects.Any(e => !OnlyReads(e.Role));

    private static bool OnlyReads(WordRole role) => role is WordRole.Text or WordRole.Read or WordRole.Path;
}
