namespace IntentAuthz.Containment;

/// <summary>Commands joined by <c>&amp;&amp;</c> and <c>||</c>, which bind alike and to the left.</summary>
internal sealed class AndOrList(ShellCommand first, (bool IsAnd, ShellCommand Command)[] rest) : ShellCommand(first.Position)
{
    public ShellCommand First { get; } = first;

    public (bool IsAnd, ShellCommand Command)[] Rest { get; } = rest;
}
