using System.Text;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>An analysis as one line, for tables of cases. Programs of the tests are invented, so that nothing is known of what they do.</summary>
internal static class Told
{
    private static readonly ShellAnalyzer s_analyzer = new(new ShellAnalyzerOptions
    {
        WorkingDirectory = "/w",
        Home = "/home/a",
        Environment = new Dictionary<string, string> { ["NAMED"] = "value" },
    });

    public static string Of(string command) => Of(s_analyzer.Analyze(command));

    public static string Of(ShellAnalysis analysis)
    {
        var told = new List<string>();
        if (!analysis.IsParsed)
        {
            told.Add("not parsed");
        }

        foreach (var program in analysis.Programs)
        {
            told.Add("run " + string.Join(' ', program.Arguments.Select(argument => argument is null ? "…" : argument.Length == 0 ? "''" : argument).Prepend(program.Name)));
        }

        told.AddRange(analysis.Reads.Select(path => "read " + path));
        told.AddRange(analysis.Writes.Select(path => "write " + path));
        told.AddRange(analysis.Connects.Select(endpoint => "connect " + endpoint));
        told.AddRange(analysis.Variables.Select(variable => $"set {variable.Name}={variable.Value ?? "…"}"));
        told.AddRange(analysis.Privileges.Select(what => "privilege " + what));

        // That nothing is known of an invented program is no news.
        told.AddRange(analysis.Reasons.Where(reason => reason.Reason != OpaqueReason.UnknownProgram).Select(reason => "opaque " + reason.Reason).Distinct());
        return string.Join("; ", told);
    }
}
