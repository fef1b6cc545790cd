using System.Collections.Concurrent;
using System.Globalization;
using IntentAuthz.Cedar.Tests.Schemas;
using Xunit.Abstractions;

namespace IntentAuthz.Cedar.Tests.Conformance;

/// <summary>
/// What the schemas of the reference's corpus mean, part by part. That all that is decided with them is decided alike is for
/// <c>intentauthz cedar corpus</c> to check, in the tests of IntentAuthz.Cli.
/// </summary>
public sealed class SchemaCorpusTests(ITestOutputHelper output)
{
    [ConformanceFact]
    public void Every_schema_means_the_same_in_both_forms_and_after_writing_it()
    {
        var paths = Directory.GetFiles(ConformanceData.Root!, "*.cedarschema", SearchOption.AllDirectories);
        Assert.True(paths.Length >= 1000, $"Only {paths.Length} schemas; the archive is not what it should be.");
        var failures = new ConcurrentQueue<string>();
        Parallel.ForEach(paths, path =>
        {
            try
            {
                foreach (var what in Differences(path))
                {
                    failures.Enqueue($"{Path.GetFileName(path)}: {what} differs");
                }
            }
            catch (CedarSchemaException exception)
            {
                failures.Enqueue($"{Path.GetFileName(path)}: {exception.Message}");
            }
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{paths.Length} schemas, {failures.Count} failures"));
        Assert.True(failures.IsEmpty, $"{failures.Count} failures:{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(20))}");
    }

    private static IEnumerable<string> Differences(string path)
    {
        var inText = Schema.ParseCedar(File.ReadAllText(path));
        var jsonPath = path + ".json";
        var inJson = Schema.ParseJson(File.Exists(jsonPath) ? File.ReadAllText(jsonPath) : inText.ToJson());
        var written = inJson.ToCedar();
        var expected = SchemaDescription.Of(inText);
        return new (string What, Schema? Schema)[]
        {
            ("the JSON form", inJson),
            ("text written as JSON", Schema.ParseJson(inText.ToJson())),
            ("text written as text", Schema.ParseCedar(inText.ToCedar()!)),
            ("JSON written as JSON", Schema.ParseJson(inJson.ToJson())),
            ("JSON written as text", written is null ? null : Schema.ParseCedar(written)),
        }.Where(form => form.Schema is not null && SchemaDescription.Of(form.Schema) != expected).Select(form => form.What);
    }
}
