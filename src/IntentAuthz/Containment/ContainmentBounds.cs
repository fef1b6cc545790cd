using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What a contained process may touch: paths, hosts, the variables it gets, how much it may use. A member that is null leaves open what the
/// other bounds say; what all leave open is not granted. Immutable.
/// </summary>
/// <remarks>
/// Paths are absolute and have no <c>.</c> or <c>..</c>; a directory stands for everything beneath it. <c>{task}</c> in a path becomes the
/// task's id, <c>{root}</c> that of the root task above it.
/// </remarks>
public sealed record ContainmentBounds
{
    /// <summary>The most paths, hosts or variables one set of bounds names.</summary>
    public const int MaxEntries = 256;

    /// <summary>What may be read.</summary>
    /// <exception cref="ArgumentException">A path is not absolute, or not in its plain form; or there are too many.</exception>
    public ImmutableArray<string>? Reads { get; init => field = ContainmentPath.Validate(value); }

    /// <summary>What may be written, made and deleted. Reading it is granted too.</summary>
    /// <exception cref="ArgumentException">A path is not absolute, or not in its plain form; or there are too many.</exception>
    public ImmutableArray<string>? Writes { get; init => field = ContainmentPath.Validate(value); }

    /// <summary>What may be executed. Reading it is granted too.</summary>
    /// <exception cref="ArgumentException">A path is not absolute, or not in its plain form; or there are too many.</exception>
    public ImmutableArray<string>? Executes { get; init => field = ContainmentPath.Validate(value); }

    /// <summary>Who may be contacted, through the proxy only; empty for no network at all.</summary>
    /// <exception cref="ArgumentException">There are too many.</exception>
    public ImmutableArray<EgressGrant>? Hosts
    {
        get;
        init => field = value is { Length: > MaxEntries } ? throw TooMany(nameof(Hosts)) : value;
    }

    /// <summary>The names of environment variables that may be passed on.</summary>
    /// <exception cref="ArgumentException">A name is empty, or holds <c>=</c> or a control character; or there are too many.</exception>
    public ImmutableArray<string>? Variables
    {
        get;
        init => field = value is not { } names ? null
            : names.Length > MaxEntries ? throw TooMany(nameof(Variables))
            : [.. names.Select(static n => Identifier.IsValid(n) && !n.Contains('=', StringComparison.Ordinal)
                ? n
                : throw new ArgumentException($"'{n}' is no name of an environment variable.", nameof(value))).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>How much may be used.</summary>
    public ContainmentLimits Limits { get; init; } = ContainmentLimits.None;

    /// <summary>What both grant. Exact: a path is granted when both do.</summary>
    /// <param name="other">The others.</param>
    public ContainmentBounds Intersect(ContainmentBounds other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ContainmentBounds
        {
            Reads = ContainmentPath.Intersect(Readable, other.Readable),
            Writes = ContainmentPath.Intersect(Writes, other.Writes),
            Executes = ContainmentPath.Intersect(Executes, other.Executes),
            Hosts = Hosts is not { } mine ? other.Hosts
                : other.Hosts is not { } theirs ? mine
                : [.. mine.SelectMany(m => theirs.Select(m.Intersect)).OfType<EgressGrant>().Distinct().Take(MaxEntries + 1)],
            Variables = Variables is not { } names ? other.Variables
                : other.Variables is not { } others ? names
                : [.. names.Intersect(others, StringComparer.Ordinal)],
            Limits = Limits.Intersect(other.Limits),
        };
    }

    /// <summary>The bounds in words.</summary>
    public override string ToString()
    {
        string[] parts =
        [
            .. Words("reads", Reads),
            .. Words("writes", Writes),
            .. Words("executes", Executes),
            .. Words("contacts", Hosts),
            .. Words("variables", Variables),
            .. Limits == ContainmentLimits.None ? [] : new[] { $"at most {Limits}" },
        ];
        return parts.Length == 0 ? "nothing narrowed" : string.Join(", ", parts);

        static IEnumerable<string> Words<T>(string verb, ImmutableArray<T>? what) =>
            what is not { } named ? [] : [$"{verb} {(named.IsEmpty ? "nothing" : string.Join(" ", named))}"];
    }

    /// <summary>The same bounds with a task's ids in place of <c>{task}</c> and <c>{root}</c>.</summary>
    internal ContainmentBounds For(AgentTask task) => new()
    {
        Reads = ContainmentPath.For(task, Reads),
        Writes = ContainmentPath.For(task, Writes),
        Executes = ContainmentPath.For(task, Executes),
        Hosts = Hosts,
        Variables = Variables,
        Limits = Limits,
    };

    /// <summary>What may be read, with what may be written or executed; null where reading is left open.</summary>
    private ImmutableArray<string>? Readable => Reads is { } reads ? [.. reads, .. Writes ?? [], .. Executes ?? []] : null;

    private static ArgumentException TooMany(string what) => new($"{what} has more than {MaxEntries} entries; name directories or wildcards instead.", what);
}
