namespace IntentAuthz.Containment;

/// <summary>How the ready tools are named and bounded. Immutable.</summary>
public sealed record CodeToolOptions
{
    /// <summary>Names the containment the tools run in.</summary>
    /// <param name="containment">The profile's name, as the host declares it by <c>AddContainmentProfile</c>. It has a workspace.</param>
    public CodeToolOptions(string containment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(containment);
        Containment = containment;
    }

    /// <summary>The profile's name.</summary>
    public string Containment { get; }

    /// <summary>
    /// The profile in which commands run that run code which nobody has read: what holds them, since their lists do not say all. Null: as all others,
    /// <see cref="Containment"/>. It needs the same workspace.
    /// </summary>
    public string? CodeContainment { get; init; }

    /// <summary>The plugin the functions are put into, as Semantic Kernel names it: the tools are then <c>code.shell</c> and so on. Null for none.</summary>
    public string? Plugin { get; init; }

    /// <summary>The shell, which the profile must let be executed: <c>/bin/bash</c>, or another one, of which what it reads differently is opaque.</summary>
    public string Shell { get; init; } = "/bin/bash";

    /// <summary>Programs of the host's own that a command can run, so that policies see what they do. Null: none; such a program is then opaque.</summary>
    public ShellPrograms? Programs { get; init; }

    /// <summary>The most characters of a command. 1 to 131,072.</summary>
    public int MaxCommandLength { get; init => field = Between(value, 131_072); } = 16_384;

    /// <summary>The most characters that a tool answers of one text: a file, an output, a page. The rest is left out, and said to be.</summary>
    public int MaxAnswerLength { get; init => field = Between(value, 1_048_576); } = 32_768;

    /// <summary>How many redirects <c>http_get</c> follows, each decided anew. 0 to 20.</summary>
    public int MaxRedirects { get; init => field = value is >= 0 and <= 20 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Redirects are from 0 to 20."); } = 5;

    private static int Between(int value, int most) => value >= 1 && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"This bound is from 1 to {most}.");
}
