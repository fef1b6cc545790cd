using System.Text.Json;

namespace IntentAuthz.AgentReplay.Data;

/// <summary>What a directory holds of one suite: its tasks, attacks and poisoned cases.</summary>
internal sealed class SuiteData(string name)
{
    internal string Name => name;

    internal List<UserTask> UserTasks { get; } = [];

    internal List<InjectionTask> InjectionTasks { get; } = [];

    internal List<PoisonedCase> PoisonedCases { get; } = [];

    /// <summary>Reads the JSON files directly in a directory. A file names its suite, or is named after it.</summary>
    internal static IReadOnlyList<SuiteData> ReadAll(string directory)
    {
        SortedDictionary<string, SuiteData> suites = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            JsonElement file;
            try
            {
                file = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path} is not JSON: {e.Message}", e);
            }

            string suiteName = file.TryGetProperty("suite", out JsonElement own) && own.ValueKind == JsonValueKind.String
                ? own.GetString()!
                : Path.GetFileNameWithoutExtension(path);
            if (!suites.TryGetValue(suiteName, out SuiteData? suite))
            {
                suites.Add(suiteName, suite = new SuiteData(suiteName));
            }

            suite.UserTasks.AddRange(Entries(file, "user_tasks").Select(UserTask.Read));
            suite.InjectionTasks.AddRange(Entries(file, "injection_tasks").Select(InjectionTask.Read));
            bool sameTarget = file.TryGetProperty("kind", out JsonElement kind) && kind.ValueEquals("same-target");
            suite.PoisonedCases.AddRange(Entries(file, "cases").Select(c => PoisonedCase.Read(c, sameTarget)));
        }

        return [.. suites.Values];
    }

    private static JsonElement[] Entries(JsonElement file, string name) =>
        file.TryGetProperty(name, out JsonElement entries) && entries.ValueKind == JsonValueKind.Array ? [.. entries.EnumerateArray()] : [];
}
