using System.CommandLine;

namespace IntentAuthz.Cli.Output;

/// <summary>The option <c>--json</c>, which every verb has.</summary>
internal static class JsonOption
{
    public static Option<bool> Create(string description = "Prints one JSON object, for programs.") => new("--json") { Description = description };
}
