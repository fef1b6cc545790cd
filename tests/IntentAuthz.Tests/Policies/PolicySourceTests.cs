using System.Text;

using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Policies.PolicyAsking;

namespace IntentAuthz.Tests.Policies;

/// <summary>Where policies come from, and how a source that is not there, or not readable, is told.</summary>
public sealed class PolicySourceTests : IDisposable
{
    private const string Permit = "permit(principal, action, resource);";

    private readonly string _directory = Directory.CreateTempSubdirectory("policies").FullName;

    [Fact]
    public void File_IsRead_WithOrWithoutAByteOrderMark()
    {
        Write("plain.cedar", Permit);
        File.WriteAllText(Path.Combine(_directory, "marked.cedar"), Permit, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal(1, Engine(PolicySource.File(Path.Combine(_directory, "plain.cedar"))).PolicyCount);
        Assert.Equal(1, Engine(PolicySource.File(Path.Combine(_directory, "marked.cedar"))).PolicyCount);
    }

    [Fact]
    public void File_ThatIsMissing_IsNamedInFull()
    {
        string path = Path.Combine(_directory, "missing.cedar");

        Assert.Contains(path, Assert.Single(Problems(PolicySource.File(path))), StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsNotUtf8_IsRefusedInsteadOfRepaired()
    {
        File.WriteAllBytes(Path.Combine(_directory, "latin.cedar"), [.. "// caf"u8, 0xE9, .. "\npermit(principal, action, resource);"u8]);

        Assert.Contains("not UTF-8", Assert.Single(Problems(PolicySource.File(Path.Combine(_directory, "latin.cedar")))), StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_HoldsAllCedarFilesBelowIt_AndNoOthers()
    {
        Write("b.cedar", Permit);
        Write("sub/a.cedar", Permit);
        Write("notes.txt", "not a policy");

        Assert.Equal(2, Engine(PolicySource.Directory(_directory)).PolicyCount);
    }

    [Fact]
    public void Directory_ThatIsAMountedConfigMap_IsReadOnce()
    {
        Write("..2026_11_27_10_00_00.1/pay.cedar", $"@id(\"pay\") {Permit}");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "..data"), "..2026_11_27_10_00_00.1");
        File.CreateSymbolicLink(Path.Combine(_directory, "pay.cedar"), Path.Combine("..data", "pay.cedar"));

        Assert.Equal("pay", Assert.Single(Engine(PolicySource.Directory(_directory)).Ask().Policies));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("elsewhere")]
    public void Directory_WithALinkToADirectory_IsRefused_SoThatNoForbidIsMissing(string target)
    {
        Write("pay.cedar", Permit);
        Directory.CreateSymbolicLink(Path.Combine(_directory, "shared"), target == "." ? "." : Path.GetTempPath());

        Assert.Contains("shared is a link to a directory", Assert.Single(Problems(PolicySource.Directory(_directory))), StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_WithTheSameFileNameTwice_NumbersPoliciesByTheirPathInIt()
    {
        Write("orders/pay.cedar", Permit);
        Write("returns/pay.cedar", Permit);

        Assert.Equal(
            ["orders/pay.cedar#1", "returns/pay.cedar#1"],
            Engine(PolicySource.Directory(_directory)).Ask().Policies.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Directory_ThatIsEmptyOrMissing_IsRefused()
    {
        Assert.Contains("holds no *.cedar file", Assert.Single(Problems(PolicySource.Directory(_directory))), StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Single(Problems(PolicySource.Directory(Path.Combine(_directory, "no")))), StringComparison.Ordinal);
    }

    [Fact]
    public void Embedded_ResourceThatIsMissing_NamesAssemblyAndResource()
    {
        string problem = Assert.Single(Problems(PolicySource.Embedded(typeof(PolicySourceTests).Assembly, "no.such.cedar")));

        Assert.Contains("IntentAuthz.Tests", problem, StringComparison.Ordinal);
        Assert.Contains("'no.such.cedar'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Embedded_Resource_IsRead()
    {
        CedarPolicyEngine engine = Engine(PolicySource.Embedded(typeof(PolicySourceTests).Assembly, "IntentAuthz.Tests.Policies.embedded.cedar"));

        Assert.Equal(VerdictEffect.Permit, engine.Ask().Effect);
    }

    [Fact]
    public void NoSource_IsRefused() => Assert.Contains("no policy source", Assert.Single(Problems()), StringComparison.Ordinal);

    [Fact]
    public void Reload_OfASetThatFails_LeavesTheLastGoodOneInForceAndSaysSo()
    {
        Write("pay.cedar", Permit);
        CedarPolicyEngine engine = Engine(PolicySource.Directory(_directory));
        string version = engine.GetVersion(Acme);
        Write("pay.cedar", "permit(principal, action resource);");

        PolicyReloadResult result = engine.Reload();

        Assert.False(result.Succeeded);
        Assert.Contains("pay.cedar(1,26)", result.Message, StringComparison.Ordinal);
        Assert.Equal(result.Message, engine.LastReloadError);
        Assert.Equal(version, engine.GetVersion(Acme));
        Assert.Equal(VerdictEffect.Permit, engine.Ask().Effect);
    }

    [Fact]
    public void Reload_OfASourceThatIsGone_LeavesTheLastGoodOneInForce()
    {
        Write("pay.cedar", Permit);
        CedarPolicyEngine engine = Engine(PolicySource.Directory(_directory));
        File.Delete(Path.Combine(_directory, "pay.cedar"));

        Assert.False(engine.Reload().Succeeded);
        Assert.Equal(VerdictEffect.Permit, engine.Ask().Effect);
    }

    [Fact]
    public void Reload_OfAGoodSet_IsInForceAtOnceAndClearsTheError()
    {
        Write("pay.cedar", Permit);
        CedarPolicyEngine engine = Engine(PolicySource.Directory(_directory));
        Write("pay.cedar", "nonsense");
        Assert.False(engine.Reload().Succeeded);
        Write("pay.cedar", "forbid(principal, action, resource);");

        Assert.True(engine.Reload().Succeeded);
        Assert.Null(engine.LastReloadError);
        Assert.Equal(ReasonCodes.Forbidden, engine.Ask().ReasonCode);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
