namespace IntentAuthz.Containment;

/// <summary>How a contained process ended. Immutable.</summary>
public sealed record ProcessOutcome
{
    internal ProcessOutcome()
    {
    }

    /// <summary>What the program exited with; null when a signal ended it.</summary>
    public int? ExitCode { get; internal init; }

    /// <summary>The number of the signal that ended it; null when it exited.</summary>
    public int? Signal { get; internal init; }

    /// <summary>The limit that ended it or that it ran into; null for none.</summary>
    public ProcessLimit? LimitReached { get; internal init; }

    /// <summary>Whether it was ended from outside: by <see cref="ContainedProcess.Kill"/>, by disposing it, or for a limit.</summary>
    public bool WasKilled { get; internal init; }

    /// <summary>What it wrote to its standard output, as far as the limit allows.</summary>
    public ReadOnlyMemory<byte> Output { get; internal init; }

    /// <summary>What it wrote to its standard error, as far as the limit allows.</summary>
    public ReadOnlyMemory<byte> Error { get; internal init; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>How it ended, in words; without what it wrote.</summary>
    public override string ToString() =>
        (ExitCode is { } code ? $"exited with {code}" : $"ended by signal {Signal}") + (LimitReached is { } limit ? $", limit {limit}" : "") + (WasKilled ? ", killed" : "");
}
