namespace IntentAuthz;

/// <summary>
/// What the host declares of a containment that policies name by <c>@contain("…")</c> and tools by their descriptor. What takes effect is the
/// intersection of all profiles a call must have with the mandates of its task and of every task above it. Immutable.
/// </summary>
public sealed class ContainmentProfile
{
    /// <summary>Declares a profile.</summary>
    /// <param name="name">The name policies use, such as <c>build</c>.</param>
    /// <param name="bounds">What it grants; what it leaves open it does not grant.</param>
    public ContainmentProfile(string name, ContainmentBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        Name = Identifier.Validate(name, "containment profile");
        Bounds = new ContainmentBounds
        {
            Reads = bounds.Reads ?? [],
            Writes = bounds.Writes ?? [],
            Executes = bounds.Executes ?? [],
            Hosts = bounds.Hosts ?? [],
            Variables = bounds.Variables ?? [],
            Limits = bounds.Limits,
        };
    }

    /// <summary>The name policies use.</summary>
    public string Name { get; }

    /// <summary>What it grants. No member is null.</summary>
    public ContainmentBounds Bounds { get; }

    /// <summary>
    /// The directory that a contained process begins in, one of what it may write; <c>{task}</c> and <c>{root}</c> in it are replaced. It is made
    /// when it is not there. Null for a process without a directory of its own, which begins in <c>/</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The path is not within <see cref="ContainmentBounds.Writes"/>.</exception>
    public string? Workspace
    {
        get;
        init => field = value is null || (ContainmentPath.IsPlain(value) && Bounds.Writes!.Value.Any(w => ContainmentPath.Contains(w, value)))
            ? value
            : throw new ArgumentException($"The workspace of the containment profile '{Name}' must lie in what it may write; add it to Writes.", nameof(value));
    }

    /// <summary>The profile's name.</summary>
    public override string ToString() => Name;
}
