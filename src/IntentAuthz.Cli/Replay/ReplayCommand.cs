using System.CommandLine;
using System.Globalization;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Audit;
using IntentAuthz.Cli.Output;
using IntentAuthz.Cli.Policies;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Replay;

/// <summary><c>intentauthz replay</c>: asks changed policies what has been asked before.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var policies = new Option<string[]>("--policies") { Description = "A policy file, or a directory with *.cedar files. May be given several times.", Required = true, HelpName = NamedPaths.FileOrDirectory, AllowMultipleArgumentsPerToken = true };
        var store = new Option<DirectoryInfo?>("--store") { Description = "The directory of a decision store." };
        var key = new Option<string[]>("--key") { Description = "The store's key in base64 or hex: a file, or env:NAME for an environment variable; id=… where there are several.", AllowMultipleArgumentsPerToken = true };
        var audit = new Option<FileInfo?>("--audit") { Description = "An audit log, JSON lines or SQLite, in place of a store. It holds no arguments, so most is unknown; it is verified while it is read." };
        var against = new AgainstOptions("--audit-key");
        var schema = new Option<FileInfo[]>("--schema") { Description = "A schema that the policies must fit, in Cedar's form or, if named *.json, in JSON. May be given several times.", AllowMultipleArgumentsPerToken = true };
        var annotation = AnnotationOption.Create();
        var from = new Option<DateTimeOffset?>("--from") { Description = "Replays only what was decided at or after this time, such as 2026-03-02 or 2026-03-02T09:00:00Z. Without a zone: UTC.", CustomParser = ParseTime };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Replays only what was decided before this time.", CustomParser = ParseTime };
        var examples = new Option<int>("--examples") { Description = "How many decisions of each group are shown, 0 to 1000.", DefaultValueFactory = static _ => 1 };
        var json = JsonOption.Create();
        var command = new Command(
            "replay",
            """
            Decides again what has been decided, under changed policies: the same, changed and by which policy, or unknown and why.
            Example: intentauthz replay --policies policies/ --store /var/lib/agent/decisions --key env:DECISION_KEY --from 2026-03-01
            The exit code is 0 if all are the same, 1 if something changed, 2 if nothing changed but something is unknown or cannot be read, and 2 if an audit
            log is not intact, or if there was nothing to decide.
            """)
        {
            policies, store, key, audit, against.Key, against.Checkpoint, schema, annotation, from, to, examples, json,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(store) is null) == (result.GetResult(audit) is null))
            {
                result.AddError("Name what is replayed: either --store with --key, or --audit.");
            }
            else if (result.GetResult(store) is not null && result.GetResult(key) is null)
            {
                result.AddError("A decision store is encrypted: name its key with --key.");
            }
            else if (result.GetResult(audit) is null && (result.GetResult(against.Key) ?? result.GetResult(against.Checkpoint)) is not null)
            {
                result.AddError("--audit-key and --checkpoint are what an audit log is verified against; a decision store has neither.");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            var request = new ReplayRequest(
                parsed.GetRequiredValue(policies), parsed.GetValue(store), parsed.GetValue(key) ?? [], parsed.GetValue(audit), parsed.GetValue(schema) ?? [],
                parsed.GetValue(annotation) ?? [], parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(examples));
            return RunAsync(request, against, parsed, parsed.GetValue(json), new VerbOutput(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ReplayRequest request, AgainstOptions against, ParseResult parsed, bool json, VerbOutput output, CancellationToken cancellation)
    {
        var evidence = new AuditVerifyOptions();
        try
        {
            against.Read(parsed, evidence);
            using var keys = ReplayKeys.Read(request.Keys);
            var replay = new DecisionReplay(
                request.Policies.Select(static path => Directory.Exists(path) ? PolicySource.Directory(path) : PolicySource.File(path)),
                new ReplayOptions
                {
                    Schema = ReadSchema(request.Schemas), AnnotationKeys = request.Annotations, From = request.From, To = request.To, MaxExamples = request.Examples,
                });
            var result = await output.ProgressAsync("Deciding again", progress =>
            {
                var bytes = new ByteProgress(progress);
                return request.Audit is { } audit
                    ? replay.RunOverAuditAsync(SqliteAuditLog.Detect(audit.FullName), evidence, bytes, cancellation)
                    : replay.RunAsync(request.Store!.FullName, keys, bytes, cancellation);
            }).ConfigureAwait(false);
            if (json)
            {
                output.Json(writer => ReplayText.Write(writer, result));
            }
            else
            {
                ReplayText.Print(output, result);
            }

            return result.Audit is { IsIntact: false } ? ExitCode.NoAnswer
                : result is { Decisions: 0, Problems.IsEmpty: true } ? output.NoAnswer(
                    $"There is no decision{(request.From is null && request.To is null ? "" : " of that time")} in {request.Audit?.FullName ?? request.Store!.FullName}, so nothing was decided again.")
                : result.Changed > 0 ? ExitCode.No
                : result.Unknown > 0 || !result.Problems.IsEmpty ? ExitCode.NoAnswer
                : ExitCode.Yes;
        }
        finally
        {
            foreach (var used in evidence.Keys.Values)
            {
                used.Dispose();
            }
        }
    }

    private static Schema? ReadSchema(FileInfo[] files)
    {
        if (files.Length == 0)
        {
            return null;
        }

        SchemaFragment[] fragments =
        [
            .. files.Select(static file => file.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? SchemaFragment.ParseJson(File.ReadAllText(file.FullName), file.FullName)
                : SchemaFragment.ParseCedar(File.ReadAllText(file.FullName), file.FullName)),
        ];
        return Schema.TryCreate(fragments, out var schema, out var errors) ? schema : throw new FormatException(string.Join(Environment.NewLine, errors));
    }

    private static DateTimeOffset? ParseTime(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{result.Tokens[0].Value}' is no time; write 2026-03-02 or 2026-03-02T09:00:00Z.");
        return null;
    }

    private sealed class ByteProgress(IProgress<double> parts) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => parts.Report(value.TotalBytes == 0 ? 1 : (double)value.Bytes / value.TotalBytes);
    }
}
