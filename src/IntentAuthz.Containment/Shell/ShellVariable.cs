namespace IntentAuthz.Containment;

/// <summary>A variable that a command sets for the programs it runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, or null where that is not known before running.</param>
public sealed record ShellVariable(string Name, string? Value)
{
    /// <summary>The name alone: a value can be a secret.</summary>
    public override string ToString() => Name;
}
