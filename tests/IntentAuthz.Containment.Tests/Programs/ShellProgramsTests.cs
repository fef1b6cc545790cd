namespace IntentAuthz.Containment.Tests;

/// <summary>Programs that a host describes itself.</summary>
public sealed class ShellProgramsTests
{
    private const string Deploy = """
        # what our agents may call
        program deploy deploy-all
          closed
          flags -v --verbose
          read -c --config
          write --log
          endpoint --to
          sub status
            closed
            operands text*
          sub push
            closed
            operands read* url
        program linter
          foreign ^.
          flags --fix
          operands test*
        """;

    private static ShellAnalysis Analyze(string command, string programs = Deploy) =>
        new ShellAnalyzer(new ShellAnalyzerOptions { WorkingDirectory = "/w", Programs = ShellPrograms.Parse(programs) }).Analyze(command);

    [Fact]
    public void Analyze_DescribedProgram_ToldAsDescribed()
    {
        var analysis = Analyze("deploy -v --config a.json --log out.txt push build.zip https://h.example/x");
        Assert.False(analysis.IsOpaque, string.Join("; ", analysis.Reasons));
        Assert.Equal(["/w/a.json", "/w/build.zip"], analysis.Reads);
        Assert.Equal(["/w/out.txt"], analysis.Writes);
        Assert.Equal("h.example:443", Assert.Single(analysis.Connects).ToString());
    }

    [Theory]
    [InlineData("deploy --force status", OpaqueReason.UnknownOption)]
    [InlineData("deploy remove", OpaqueReason.UnknownOption)]
    [InlineData("deploy \"$x\"", OpaqueReason.ComputedArgument)]
    [InlineData("/opt/deploy status", OpaqueReason.ForeignCode)]
    [InlineData("other status", OpaqueReason.UnknownProgram)]
    public void Analyze_WhatIsNotDescribed_IsOpaque(string command, OpaqueReason reason) => Assert.Contains(Analyze(command).Reasons, opacity => opacity.Reason == reason);

    [Theory]
    [InlineData("deploy status")]
    [InlineData("deploy-all status")]
    [InlineData("/usr/local/bin/deploy status")]
    [InlineData("timeout 5 deploy status")]
    [InlineData("sh -c 'deploy status'")]
    public void Analyze_DescribedProgram_KnownWhereverItIsCalled(string command) => Assert.False(Analyze(command).IsOpaque, string.Join("; ", Analyze(command).Reasons));

    [Fact]
    public void Analyze_DescribedAsRunningCode_ThatCodeIsNamed()
    {
        var analysis = Analyze("linter --fix src");
        Assert.False(analysis.IsOpaque, string.Join("; ", analysis.Reasons));
        Assert.NotEmpty(analysis.Code);
    }

    [Fact]
    public void Analyze_WithoutDescriptions_IsUnknown() => Assert.True(new ShellAnalyzer().Analyze("deploy status").IsOpaque);

    [Fact]
    public void Analyze_ProgramThatTheTableOnlyKnowsToBeOpaque_CanBeDescribed() =>
        Assert.False(Analyze("kubectl get pods", "program kubectl\n  sub get\n    closed\n    always host:cluster.example\n    operands text*\n").IsOpaque);

    [Fact]
    public void Analyze_ProgramsThatStartEachOther_EndsOpaque()
    {
        var analysis = Analyze("a", "program a\n  always run:b run:b\nprogram b\n  always run:a run:a\n");
        Assert.Contains(analysis.Reasons, reason => reason.Reason == OpaqueReason.TooLarge);
    }

    [Theory]
    [InlineData("deploy", "Line 1")]
    [InlineData("program x\n  frobnicate -a\n", "'frobnicate' is no role")]
    [InlineData("program x\n  flags\n", "No option is named")]
    [InlineData("program x\n  flags -a\n  flags -a\n", "Line 3")]
    [InlineData("program x\n  operands read* write*\n", "Only one place can repeat")]
    [InlineData("program x\n  sub a/b\n", "needs 'sub a'")]
    [InlineData("program x\nprogram x\n", "described twice")]
    [InlineData("program x\nprogram y y\n", "described twice")]
    [InlineData("program cd\n", "word of the shell")]
    [InlineData("program echo\n", "word of the shell")]
    [InlineData("program [\n", "word of the shell")]
    [InlineData("program /bin/x\n", "no plain name")]
    [InlineData("program -x\n", "no plain name")]
    [InlineData("program x*\n", "no plain name")]
    [InlineData("program x\u0001\n", "no plain name")]
    [InlineData("program sh\n", "known to the analysis")]
    [InlineData("program find\n", "known to the analysis")]
    [InlineData("program cat\n", "known to the analysis")]
    [InlineData("program git\n", "known to the analysis")]
    public void Parse_Mistake_SaysWhatAndWhere(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ShellPrograms.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_TooLong_IsRefused() => Assert.Throws<FormatException>(() => ShellPrograms.Parse(new string('#', ShellPrograms.MaxLength + 1)));

    [Fact]
    public void Parse_TooManyPrograms_IsRefused() =>
        Assert.Contains("1000", Assert.Throws<FormatException>(() => ShellPrograms.Parse(string.Join('\n', Enumerable.Range(0, 1_001).Select(i => $"program p{i}")))).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_AnyText_IsReadOrRefusedAsFormat()
    {
        var random = new Random(5);
        string[] words = ["program", "sub", "flags", "text", "read*", "write", "=>", "or", "-a", "--b", "+c", "-", "--", "always", "run:x_y", "in", "command", "shell", "needs", "foreign", "^.", "operands", "a/b", "a", "exits", "closed", "single", "gnu", "plain", "#", "text?", "role:", ":", "_"];
        for (int i = 0; i < 3_000; i++)
        {
            string text = "program x\n" + string.Join('\n', Enumerable.Range(0, random.Next(6)).Select(_ => "  " + string.Join(' ', Enumerable.Range(0, random.Next(1, 6)).Select(_ => words[random.Next(words.Length)]))));
            try
            {
                new ShellAnalyzer(new ShellAnalyzerOptions { Programs = ShellPrograms.Parse(text) }).Analyze("x a -a --b=c *.t \"$y\"; x -c; x");
            }
            catch (FormatException)
            {
                // Refused, and said to be.
            }
        }
    }

    [Fact]
    public void Names_Programs_AreInOrder() => Assert.Equal(["deploy", "deploy-all", "linter"], ShellPrograms.Parse(Deploy).Names);
}
