namespace IntentAuthz.Cli.Output;

/// <summary>What every verb's exit code means.</summary>
internal static class ExitCode
{
    /// <summary>The verb did its work, and the answer is yes: nothing wrong, permitted, unchanged.</summary>
    public const int Yes = 0;

    /// <summary>The verb did its work, and the answer is no: something wrong, denied, changed.</summary>
    public const int No = 1;

    /// <summary>There is no answer: an option is wrong, or something cannot be read or reached.</summary>
    public const int NoAnswer = 2;

    /// <summary>The operator key is not the host's: nothing was done. Told apart from the others since whoever freezes must not take it for "wait".</summary>
    public const int WrongKey = 3;

    /// <summary>There is none since it was cancelled, as by Ctrl-C: what a shell says of a program that SIGINT has ended.</summary>
    public const int Cancelled = 130;
}
