using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>A set of policies was refused as a whole. Each problem names file, line, column, what was found and what to write instead.</summary>
public sealed class PolicyLoadException : Exception
{
    internal PolicyLoadException(ImmutableArray<string> problems, Exception? inner = null)
        : base($"The policies were not loaded: {problems.Length} problem(s).{Environment.NewLine}{string.Join(Environment.NewLine, problems)}", inner) =>
        Problems = problems;

    /// <summary>One line a problem, such as <c>payments.cedar(12,5): error unknown-annotation: unknown annotation '@aproval'; did you mean 'approval'?</c></summary>
    public ImmutableArray<string> Problems { get; }
}
