using System.Text.RegularExpressions;

namespace IntentAuthz.Tests.Telemetry;

/// <summary>The instruments that docs/telemetry.md promises.</summary>
internal static partial class InstrumentTable
{
    internal static string DocsPath { get; } = Path.Combine(RepositoryRoot(), "docs");

    internal static string[] Names() =>
        [.. InstrumentRow().Matches(File.ReadAllText(Path.Combine(DocsPath, "telemetry.md"))).Select(static m => m.Groups[1].Value).Order(StringComparer.Ordinal)];

    /// <summary>The tags, as OpenTelemetry's exporter names them for Prometheus.</summary>
    internal static string[] Tags() =>
        [.. TagName().Matches(File.ReadAllText(Path.Combine(DocsPath, "telemetry.md"))).Select(static m => m.Groups[1].Value.Replace('.', '_')).Distinct(StringComparer.Ordinal)];

    private static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "IntentAuthz.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("The repository is not above the tests.");
    }

    [GeneratedRegex("`((?:intentauthz|gen_ai|error)\\.[a-z_.]+)`(?=[^|\n]*\\|$)", RegexOptions.Multiline)]
    private static partial Regex TagName();

    [GeneratedRegex(@"^\| `((?:intentauthz|gen_ai)\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();
}
