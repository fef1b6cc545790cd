using System.Text;
using System.Text.Json;

namespace IntentAuthz.Cli.Tests.Shell;

/// <summary><c>intentauthz shell analyze</c>, as a user types it.</summary>
public sealed class AnalyzeTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Json_CommandsSeparatedByNul_OneObjectALineInTheirOrder()
    {
        var result = Analyze("echo a >b\0if\0exec 3>/dev/tcp/h/80\0", "--json", "--directory", "/w");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """{"parsed":true,"programs":["echo"],"reads":[],"writes":["/w/b"],"deletes":[],"connects":[],"opaque":false,"reasons":[],"code":[],"complete":true}""",
            result.Lines[0]);
        Assert.Equal(3, result.Lines.Length);
        Assert.False(Member(result.Lines[1], "parsed").GetBoolean());
        Assert.True(Member(result.Lines[1], "opaque").GetBoolean());
        Assert.Equal("h:80", Member(result.Lines[2], "connects")[0].GetString());
    }

    [Fact]
    public void Json_HostileAndBroken_EachGetsItsLine()
    {
        var commands = new[] { "", "\n", new string('(', 500_000), "echo {1..1000000000}", new string('a', 5_000_000), "f() { f|f& }; f", "'", "echo \r\n\t\u001b[2J", "last" };
        var result = Analyze(string.Join('\0', commands) + "\0", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(commands.Length, result.Lines.Length);
        Assert.Equal("last", Member(result.Lines[^1], "programs")[0].GetString());
    }

    [Fact]
    public void Json_NotUtf8_IsOpaque()
    {
        File.WriteAllBytes(_file, [.. "echo >"u8, 0xff, 0xfe]);
        var result = Verb.Run("shell", "analyze", "--json", _file);
        Assert.True(Member(result.Lines[0], "opaque").GetBoolean());
    }

    [Fact]
    public void Json_CodeOfTheWorkspace_IsNamedAndTheListsAreNotComplete()
    {
        var line = Analyze("./test.sh", "--json", "--directory", "/w").Lines[0];
        Assert.False(Member(line, "opaque").GetBoolean());
        Assert.False(Member(line, "complete").GetBoolean());
        Assert.Equal("/w/test.sh", Member(line, "code")[0].GetString());
    }

    [Fact]
    public void Programs_DescribedInAFile_AreKnown()
    {
        var programs = Path.GetTempFileName();
        try
        {
            File.WriteAllText(programs, "program deploy\n  closed\n  operands read*\n");
            Assert.False(Member(Analyze("deploy a", "--json", "--programs", programs).Lines[0], "opaque").GetBoolean());
            File.WriteAllText(programs, "program sh\n");
            var refused = Analyze("deploy a", "--json", "--programs", programs);
            Assert.NotEqual(0, refused.ExitCode);
        }
        finally
        {
            File.Delete(programs);
        }
    }

    [Fact]
    public void Json_NoNulAtTheEnd_TheLastCommandCounts() => Assert.Equal(2, Analyze("a\0b", "--json").Lines.Length);

    [Fact]
    public void Text_Command_IsReadable()
    {
        var result = Analyze("echo $x >b\u001b[2J");
        Assert.Contains("  runs        echo …", result.Lines);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    [Fact]
    public void Help_Asked_ShowsAnExampleAndTheExitCodes()
    {
        var result = Verb.Run("shell", "analyze", "--help");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Example", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--directory", "relative")]
    [InlineData("--home", "~")]
    public void Run_DirectoryNotAbsolute_Fails(string option, string value)
    {
        var result = Analyze("ls", option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("absolute", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoSuchFile_Fails()
    {
        var result = Verb.Run("shell", "analyze", _file + ".none");
        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Errors);
    }

    private VerbResult Analyze(string commands, params string[] options)
    {
        File.WriteAllText(_file, commands, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return Verb.Run(["shell", "analyze", .. options, _file]);
    }

    private static JsonElement Member(string line, string name) => JsonDocument.Parse(line).RootElement.GetProperty(name);
}
