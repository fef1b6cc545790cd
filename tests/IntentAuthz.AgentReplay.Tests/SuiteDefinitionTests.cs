using System.Text.Json;
using System.Text.RegularExpressions;

using IntentAuthz.AgentReplay.Suites;
using IntentAuthz.Cedar;
using IntentAuthz.Cedar.Tests;

namespace IntentAuthz.AgentReplay.Tests;

/// <summary>Descriptors and policies are an owner's who knows the tools and the kind of users, and not the tasks.</summary>
public sealed partial class SuiteDefinitionTests
{
    public static TheoryData<string> Suites => [.. SuiteDefinition.Names];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Suite_HasAtMostFortyPolicies(string name)
    {
        int count = PolicySet.Parse(SuiteDefinition.Find(name)!.Policies).Policies.Count;

        Assert.InRange(count, 1, 40);
    }

    [ReplayFact]
    public void DescriptorsAndPolicies_HoldNothingOfTheTasks()
    {
        Vocabulary tasks = new();
        foreach (string path in Directory.EnumerateFiles(ReplayData.Root!, "*.json", SearchOption.AllDirectories))
        {
            tasks.Read(JsonDocument.Parse(File.ReadAllBytes(path)).RootElement);
        }

        string project = Path.Combine(Repository.Root, "benchmarks", "IntentAuthz.AgentReplay");
        List<string> taken = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(project, "Suites"), "*.cs").Concat(Directory.EnumerateFiles(Path.Combine(project, "Policies"), "*.cedar")))
        {
            foreach (Match literal in Literal().Matches(string.Join('\n', File.ReadLines(path).Where(static l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)))))
            {
                taken.AddRange(tasks.FoundIn(literal.Groups[1].Value).Select(found => $"{Path.GetFileName(path)}: \"{literal.Groups[1].Value}\" has {found}"));
            }
        }

        Assert.True(taken.Count == 0, string.Join('\n', taken));
    }

    [GeneratedRegex("\"([^\"\\n]*)\"")]
    private static partial Regex Literal();

    /// <summary>What the tasks say, and what tools and their schemas say anyway.</summary>
    private sealed partial class Vocabulary
    {
        private readonly HashSet<string> _numbers = [];
        private readonly HashSet<string> _values = [];
        private readonly HashSet<string> _pairs = [];
        private readonly HashSet<string> _toolWords = [];
        private readonly HashSet<string> _toolPairs = [];

        internal void Read(JsonElement file)
        {
            foreach (JsonProperty member in file.EnumerateObject())
            {
                if (member.Name == "tools")
                {
                    string tools = member.Value.GetRawText();
                    string[] words = WordsOf(tools);
                    _toolWords.UnionWith(words);
                    _toolPairs.UnionWith(words.Zip(words.Skip(1), static (a, b) => $"{a} {b}"));
                }
                else if (member.Name is not ("suite" or "kind"))
                {
                    ReadValues(member.Value, member.Name);
                }
            }
        }

        internal IEnumerable<string> FoundIn(string text)
        {
            string[] words = WordsOf(text);
            foreach (string word in words)
            {
                if (word.Length >= 3 && word.All(char.IsDigit) && _numbers.Contains(word))
                {
                    yield return $"the number {word}";
                }
                else if (word.Length >= 4 && _values.Contains(word) && !_toolWords.Contains(word))
                {
                    yield return $"the value '{word}'";
                }
            }

            foreach (string pair in words.Zip(words.Skip(1), static (a, b) => $"{a} {b}"))
            {
                if (_pairs.Contains(pair) && !_toolPairs.Contains(pair))
                {
                    yield return $"the words '{pair}'";
                }
            }
        }

        // The names of tools and of arguments and fields are structure, not what a task says.
        private void ReadValues(JsonElement value, string name)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (JsonProperty member in value.EnumerateObject())
                    {
                        if (FieldName().IsMatch(member.Name))
                        {
                            string[] field = WordsOf(member.Name.Replace('_', ' '));
                            _toolWords.UnionWith(field);
                            _toolPairs.UnionWith(field.Zip(field.Skip(1), static (a, b) => $"{a} {b}"));
                        }

                        ReadValues(member.Value, member.Name);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (JsonElement item in value.EnumerateArray())
                    {
                        ReadValues(item, name);
                    }

                    break;
                case JsonValueKind.String when name is not ("function" or "id" or "difficulty" or "vectors" or "why" or "base"):
                    string text = value.GetString()!;
                    string[] words = WordsOf(text);
                    _values.Add(text.ToLowerInvariant());
                    _numbers.UnionWith(words.Where(static w => w.Length >= 3 && w.All(char.IsDigit)));
                    _pairs.UnionWith(words.Zip(words.Skip(1), static (a, b) => $"{a} {b}"));
                    break;
                case JsonValueKind.Number:
                    _numbers.UnionWith(WordsOf(value.GetRawText()).Where(static w => w.Length >= 3));
                    break;
            }
        }

        private static string[] WordsOf(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(static m => m.Value)];

        [GeneratedRegex("^[a-z][a-z0-9_]*$")]
        private static partial Regex FieldName();

        [GeneratedRegex(@"[\p{L}\p{N}]+")]
        private static partial Regex Word();
    }
}
