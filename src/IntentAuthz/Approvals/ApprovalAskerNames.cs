using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The words audit records use for those who ask for an approval.</summary>
internal static class ApprovalAskerNames
{
    internal const string Policy = "policy";

    private static readonly ImmutableArray<string> s_names = [Policy, "mandate", "proposal", "signal", "score", "repeat"]; // in the order of the bits

    private static readonly ImmutableArray<ImmutableArray<string>> s_sets =
        [.. Enumerable.Range(0, 1 << s_names.Length).Select(static askers => (ImmutableArray<string>)[.. s_names.Where((_, bit) => (askers & (1 << bit)) != 0)])];

    /// <summary>Those of which the bits are set: made once for each set, as records are kept.</summary>
    internal static ImmutableArray<string> Of(ApprovalAskers askers) => s_sets[(int)askers];
}
