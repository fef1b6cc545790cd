using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What to start contained: a program with its arguments, where it begins and what it is given. Immutable.</summary>
public sealed record ProcessStart
{
    /// <summary>The bytes of output kept, and allowed, where the bounds set no limit: 16 MiB.</summary>
    public const long DefaultOutputBytes = 16 * 1024 * 1024;

    private const int MaxArguments = 4096;
    private const int MaxTextLength = 128 * 1024;

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its absolute path. It is not searched for.</param>
    /// <exception cref="ArgumentException">The path is not absolute, or not in its plain form.</exception>
    public ProcessStart(string program)
    {
        Program = GrantedPath.IsPlain(program)
            ? program
            : throw new ArgumentException($"'{program}' is not an absolute path in its plain form; a program is not searched for.", nameof(program));
    }

    /// <summary>The program's absolute path.</summary>
    public string Program { get; }

    /// <summary>The arguments, without the program's name.</summary>
    /// <exception cref="ArgumentException">One holds a NUL, or they are too many or too long.</exception>
    public ImmutableArray<string> Arguments
    {
        get;
        init => field = !value.IsDefault && value.Length <= MaxArguments && value.All(static a => a is not null && a.Length <= MaxTextLength && !a.Contains('\0', StringComparison.Ordinal))
            ? value
            : throw new ArgumentException($"Arguments hold no NUL, are at most {MaxArguments}, each at most {MaxTextLength} characters long.", nameof(value));
    } = [];

    /// <summary>
    /// The directory it begins in, which the bounds must let it read, write or execute; null for <c>/</c>. <c>HOME</c> is set to it, and so is
    /// <c>TMPDIR</c> where it may be written.
    /// </summary>
    /// <exception cref="ArgumentException">The path is not absolute, or not in its plain form.</exception>
    public string? WorkingDirectory
    {
        get;
        init => field = value is null || GrantedPath.IsPlain(value)
            ? value
            : throw new ArgumentException($"'{value}' is not an absolute path in its plain form.", nameof(value));
    }

    /// <summary>
    /// Environment variables. Each name has to be in <see cref="ContainmentBounds.Variables"/>; nothing of the host's environment is passed on.
    /// <c>PATH</c>, <c>HOME</c>, <c>TMPDIR</c> and, with hosts granted, the proxy's variables are set beside them and cannot be given here.
    /// </summary>
    /// <exception cref="ArgumentException">A name or value holds a NUL, a name is empty or holds <c>=</c>.</exception>
    public ImmutableDictionary<string, string> Variables
    {
        get;
        init => field = value is not null && value.All(static v => v.Key.Length is > 0 and <= 256 && v.Key.AsSpan().IndexOfAny('\0', '=') < 0
                && v.Value is { Length: <= MaxTextLength } && !v.Value.Contains('\0', StringComparison.Ordinal))
            ? value
            : throw new ArgumentException($"Names are not empty and hold no '='; neither they nor values hold a NUL; a value is at most {MaxTextLength} characters long.", nameof(value));
    } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What it reads on its standard input; empty for the end at once.</summary>
    public ReadOnlyMemory<byte> StandardInput { get; init; }

    /// <summary>Told of output as it comes, on the thread that reads it: it must be quick, and what it throws ends the process. Null for none.</summary>
    public ProcessOutputHandler? OutputReceived { get; init; }

    /// <summary>Serves the network that hosts were granted on. Without it, bounds that grant hosts are refused.</summary>
    public IEgressListener? Egress { get; init; }

    /// <summary>The program with its arguments. Variables and input are not shown.</summary>
    public override string ToString() => Arguments.IsEmpty ? Program : $"{Program} ({Arguments.Length} arguments)";
}
