using System.IO.Compression;
using System.Text.RegularExpressions;

namespace IntentAuthz.Testing.Tests;

/// <summary>What a host's developer does: reference the packages, write policy tests, run them.</summary>
public sealed partial class HostSampleTests(PackedSample packed) : IClassFixture<PackedSample>
{
    [Fact]
    public async Task A_hosts_tests_pass_against_the_packages_and_fail_when_a_policy_is_loosened()
    {
        (int exitCode, string output) = await packed.TestAsync();
        Assert.True(exitCode == 0, output);
        Match counts = Counts().Match(output);
        Assert.True(counts.Success && counts.Groups["failed"].Value == "0" && int.Parse(counts.Groups["passed"].Value) >= 6, output);

        string policies = Path.Combine(packed.Sample, "policies", "payments.cedar");
        string text = await File.ReadAllTextAsync(policies);
        string loosened = text.Replace("@approval(\"finance\")", "", StringComparison.Ordinal);
        Assert.NotEqual(text, loosened);
        await File.WriteAllTextAsync(policies, loosened);

        (exitCode, output) = await packed.TestAsync();
        Assert.True(exitCode != 0, output);
        Assert.Contains("Expected the call to wait for the approval of finance, but it was permitted.", output, StringComparison.Ordinal);
        Assert.Contains("payments above 100 wait for finance", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IntentAuthz.Cedar")]
    [InlineData("IntentAuthz")]
    [InlineData("IntentAuthz.Testing")]
    public void Each_package_holds_its_assembly_its_documentation_and_its_page(string package)
    {
        string file = Assert.Single(Directory.GetFiles(packed.Feed, $"{package}.0.1.0-test.*.nupkg"));
        using ZipArchive archive = ZipFile.OpenRead(file);

        string[] entries = [.. archive.Entries.Select(e => e.FullName)];
        Assert.Contains("README.md", entries);
        Assert.Contains($"lib/net10.0/{package}.dll", entries);
        Assert.Contains($"lib/net10.0/{package}.xml", entries);
    }

    [GeneratedRegex(@"Failed:\s+(?<failed>\d+), Passed:\s+(?<passed>\d+)")]
    private static partial Regex Counts();
}
