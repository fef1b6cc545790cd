using System.CommandLine;
using System.Globalization;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary>The options that several verbs of <c>intentauthz incident</c> have. Each verb makes its own.</summary>
internal sealed class IncidentVerbOptions
{
    public Option<FileInfo> State { get; } = new("--state") { Description = "The host's state file, as given to UseSqlite.", Required = true };

    public Argument<string> Incident { get; } = new("incident") { Description = "The incident's id, as list shows it." };

    public Option<bool> Json { get; } = JsonOption.Create();

    public Option<FileInfo> KeyFile { get; } = new("--key-file") { Description = "A file that holds the host's operator key.", Required = true };

    public Option<string> By { get; } = new("--as") { Description = "Your name, for the timeline and the audit.", Required = true };

    public Option<string> Reason { get; } = new("--reason") { Description = "Why, in one line. No secret.", Required = true };

    public Option<double> Wait { get; } = new("--wait") { Description = "How many seconds to wait for the hosts' word, 0 to 300.", DefaultValueFactory = static _ => 5 };

    public static TimeSpan Patience(double seconds) => seconds is >= 0 and <= 300
        ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"--wait is {seconds}; give seconds from 0 to 300."));
}
