using System.Formats.Tar;
using System.IO.Compression;

namespace IntentAuthz.Tests.Schemas;

/// <summary>
/// The public data set of the reference generator: tool lists, the stub, and what it makes of them. It is not part of the repository: it is looked
/// for in the directory that INTENTAUTHZ_CONFORMANCE names, else in ../shared/conformance beside the repository.
/// </summary>
internal static class McpSchemaData
{
    private const string Archive = "mcp-schema.tar.gz";

    internal const string WhyAbsent =
        "The public data set of MCP schemas is absent: put " + Archive + " into ../shared/conformance beside the repository, or name its directory in INTENTAUTHZ_CONFORMANCE.";

    private static readonly Lazy<IReadOnlyDictionary<string, string>?> s_files = new(ReadArchive);

    internal static bool IsAbsent => s_files.Value is null;

    internal static bool Has(string file) => s_files.Value!.ContainsKey(file);

    internal static string Read(string file) => s_files.Value![file];

    private static Dictionary<string, string>? ReadArchive()
    {
        if (FindArchive() is not { } archive)
        {
            return null;
        }

        Dictionary<string, string> files = new(StringComparer.Ordinal);
        using FileStream file = File.OpenRead(archive);
        using GZipStream unzipped = new(file, CompressionMode.Decompress);
        using TarReader reader = new(unzipped);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } content)
            {
                using StreamReader text = new(content);
                files.Add(entry.Name[(entry.Name.IndexOf("mcp-schema/", StringComparison.Ordinal) + "mcp-schema/".Length)..], text.ReadToEnd());
            }
        }

        return files;
    }

    private static string? FindArchive()
    {
        string? directory = Environment.GetEnvironmentVariable("INTENTAUTHZ_CONFORMANCE");
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); string.IsNullOrEmpty(directory) && above is not null; above = above.Parent)
        {
            directory = File.Exists(Path.Combine(above.FullName, "IntentAuthz.sln")) ? Path.Combine(above.FullName, "..", "shared", "conformance") : null;
        }

        string archive = Path.Combine(directory ?? ".", Archive);
        return File.Exists(archive) ? archive : null;
    }
}
