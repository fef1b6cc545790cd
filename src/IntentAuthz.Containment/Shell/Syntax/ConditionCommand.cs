namespace IntentAuthz.Containment;

/// <summary><c>[[ … ]]</c>. Every part of it counts as evaluated, so it is kept as a list of tests.</summary>
internal sealed class ConditionCommand(int position, ConditionTest[] tests) : ShellCommand(position)
{
    public ConditionTest[] Tests { get; } = tests;
}
