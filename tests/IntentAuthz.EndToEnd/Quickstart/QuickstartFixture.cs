using System.Text.Json;

namespace IntentAuthz.EndToEnd.Quickstart;

/// <summary>One undisturbed run, looked at by many tests.</summary>
public sealed class QuickstartFixture : IAsyncLifetime
{
    internal QuickstartRun Run { get; private set; } = null!; // set before the first test

    /// <summary>The audit file that the run left, line by line.</summary>
    internal IReadOnlyList<JsonElement> Audit { get; private set; } = [];

    internal string AuditText { get; private set; } = "";

    /// <summary>What the run left in the directory it was started from.</summary>
    internal IReadOnlyList<string> LeftInWorkingDirectory { get; private set; } = [];

    public async Task InitializeAsync()
    {
        using TemporaryDirectory directory = new();
        string working = directory.Sub("working");
        string kept = Path.Combine(directory.Path, "kept");
        Run = await QuickstartRun.StartAsync(working, ("QUICKSTART_DIRECTORY", kept));
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(kept, "audit.jsonl"));
        Audit = [.. lines.Select(static l => JsonElement.Parse(l)).Where(static l => l.TryGetProperty("record", out _)).Select(static l => l.GetProperty("record"))];
        AuditText = string.Join('\n', Audit.Select(static r => r.GetRawText()));
        LeftInWorkingDirectory = Directory.GetFileSystemEntries(working);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
