namespace IntentAuthz.Testing.Tests;

/// <summary>
/// The sample <c>HostPolicyTests</c> beside packages made from this very source, in a directory of its own that looks like a fresh clone. The
/// packages have a version that nobody else has and go to a package folder that nobody else uses, so that no cache can hide a change.
/// </summary>
public sealed class PackedSample : IAsyncLifetime
{
    private static readonly string[] s_packages = ["IntentAuthz.Cedar", "IntentAuthz", "IntentAuthz.Testing"];

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"intentauthz-sample-{Guid.NewGuid():N}");
    private readonly string _version = $"0.1.0-test.t{Guid.NewGuid():N}";
    private readonly Dictionary<string, string> _ofHost;

    public PackedSample() => _ofHost = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Public packages come out of the machine's own folder where they are there already; ours cannot be, having a version of their own.
        ["NUGET_PACKAGES"] = Path.Combine(_root, "package-folder"),
        ["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } own
            ? own
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
    };

    internal string Sample => Path.Combine(_root, "samples", "HostPolicyTests");

    internal string Feed => Path.Combine(_root, "artifacts", "packages");

    public async Task InitializeAsync()
    {
        string repository = FindRepository();
        foreach (string file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "src/Directory.Build.props" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file))!);
            File.Copy(Path.Combine(repository, file), Path.Combine(_root, file));
        }

        foreach (string package in s_packages)
        {
            Copy(Path.Combine(repository, "src", package), Path.Combine(_root, "src", package));
        }

        Copy(Path.Combine(repository, "samples", "HostPolicyTests"), Sample);
        await SucceedAsync(_root, [], "build", "src/IntentAuthz.Testing", "-c", "Release", "--disable-build-servers", $"-p:Version={_version}");
        foreach (string package in s_packages)
        {
            await SucceedAsync(_root, [], "pack", $"src/{package}", "-c", "Release", "--no-build", "-o", Feed, $"-p:Version={_version}");
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Runs the sample's tests against the packages.</summary>
    internal async Task<(int ExitCode, string Output)> TestAsync() =>
        await DotnetCommand.RunAsync(Sample, _ofHost, "test", "--disable-build-servers", $"-p:IntentAuthzVersion={_version}");

    private static async Task SucceedAsync(string directory, Dictionary<string, string> environment, params string[] arguments)
    {
        (int exitCode, string output) = await DotnetCommand.RunAsync(directory, environment, arguments);
        Assert.True(exitCode == 0, $"'dotnet {string.Join(' ', arguments)}' ended with {exitCode}:{Environment.NewLine}{output}");
        Assert.DoesNotContain(": warning ", output, StringComparison.Ordinal);
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "IntentAuthz.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No IntentAuthz.sln above {AppContext.BaseDirectory}; run the tests from the repository.");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string directory in Directory.GetDirectories(from))
        {
            if (Path.GetFileName(directory) is not ("bin" or "obj" or "TestResults") and { } name)
            {
                Copy(directory, Path.Combine(to, name));
            }
        }
    }
}
