using System.Formats.Tar;
using System.IO.Compression;

namespace IntentAuthz.Cedar.Tests.Conformance;

/// <summary>
/// The public conformance data, unpacked once a run. It is not part of the repository: it is looked for in the directory that
/// INTENTAUTHZ_CONFORMANCE names, else in ../shared/conformance beside the repository.
/// </summary>
internal static class ConformanceData
{
    private const string Archive = "cedar-corpus.tar.gz";

    private static readonly Lazy<string?> UnpackedRoot = new(Unpack);

    /// <summary>The folder <c>cedar</c> of the unpacked archive, or null where the data is absent.</summary>
    public static string? Root => UnpackedRoot.Value;

    public const string WhyAbsent =
        "The public data set of Cedar conformance tests is absent: put " + Archive + " into ../shared/conformance beside the repository, or name its directory in INTENTAUTHZ_CONFORMANCE.";

    private static string? Unpack()
    {
        if (FindArchive() is not { } archive)
        {
            return null;
        }

        var target = Directory.CreateTempSubdirectory("intentauthz-conformance-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(target, recursive: true);
        using var file = File.OpenRead(archive);
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(unzipped, target, overwriteFiles: false);
        return Path.Combine(target, "cedar");
    }

    private static string? FindArchive()
    {
        var directory = Environment.GetEnvironmentVariable("INTENTAUTHZ_CONFORMANCE") is { Length: > 0 } named
            ? named
            : Path.Combine(Repository.Root, "..", "shared", "conformance");
        var archive = Path.Combine(directory, Archive);
        return File.Exists(archive) ? archive : null;
    }
}
