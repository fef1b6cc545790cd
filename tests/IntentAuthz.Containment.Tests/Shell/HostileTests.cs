using System.Text;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>Texts made to exhaust: each gets an answer, and none ends the process.</summary>
public sealed class HostileTests
{
    private static readonly string[] s_openers = ["(", "{ ", "$(", "${x:-", "$((", "((", "\"$(", "`", "if ", "while ", "case x in x) ", "f() { ", "[[ ( ", "$(( $(", "a[", "<(", "! ", "a=(", "{a,", "x=$(", "{ a && ", "\"${x:-\"", "[[ ! ", "$[", "@(", "echo `\\`", "function f ", "coproc a { ", "for x in $(", "a | { ", "eval '", "$'", "<<E <<E ", "a&", "a;", "a|"];

    public static TheoryData<string> Openers => [.. s_openers];

    [Theory]
    [MemberData(nameof(Openers))]
    public void Analyze_NestedAMillionDeep_Answers(string opener)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 1_000_000 / opener.Length; i++)
        {
            text.Append(opener);
        }

        Assert.NotNull(new ShellAnalyzer().Analyze(text.ToString()));
    }

    [Theory]
    [MemberData(nameof(Openers))]
    public void Analyze_NestedAsDeepAsIsRead_Answers(string opener)
    {
        // Close to the limit every level is read and followed.
        for (var depth = 20; depth <= 100; depth += 20)
        {
            Assert.NotNull(new ShellAnalyzer().Analyze(string.Concat(Enumerable.Repeat(opener, depth))));
        }
    }

    [Theory]
    [InlineData("echo {1..1000000000}")]
    [InlineData("echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")]
    [InlineData("echo {-9223372036854775808..9223372036854775807}")]
    [InlineData("f() { f; f; }; f")]
    [InlineData("f() { f | f & }; f")]
    [InlineData("f() { g; g; }; g() { h; h; }; h() { f; f; }; f")]
    [InlineData("x='eval \"$x\"'; eval \"$x\"")]
    [InlineData("x=y; y=x; ((x))")]
    public void Analyze_Exponential_IsTooLarge(string command) =>
        Assert.Contains(new ShellAnalyzer().Analyze(command).Reasons, reason => reason.Reason == OpaqueReason.TooLarge);

    [Fact]
    public void Analyze_DoublingValues_Answers()
    {
        var text = "a=aaaaaaaaaaaaaaaa\n" + string.Concat(Enumerable.Repeat("a=$a$a\n", 200)) + "p1 >$a";
        Assert.True(new ShellAnalyzer().Analyze(text).IsOpaque);
    }

    [Fact]
    public void Analyze_NestedLoops_Answers()
    {
        var text = string.Concat(Enumerable.Repeat("for i in a b c d e f g h; do x=$x$i; ", 40)) + "p1 $x >f;" + string.Concat(Enumerable.Repeat("done; ", 40));
        Assert.NotEmpty(new ShellAnalyzer().Analyze(text).Programs);
    }

    [Fact]
    public void Analyze_ManyValuesAtOnce_Answers()
    {
        var text = string.Concat(Enumerable.Range(0, 20).Select(i => $"if p1; then v{i}=a; else v{i}=b; fi\n")) + "p2 >\"" + string.Concat(Enumerable.Range(0, 20).Select(i => $"$v{i}")) + "\"";
        Assert.True(new ShellAnalyzer().Analyze(text).IsOpaque);
    }

    [Theory]
    [InlineData("p1 ", "'\"'\"'")]
    [InlineData("p1 ", "$x")]
    [InlineData("p1 ", "*?[")]
    [InlineData("p1 ", "{")]
    [InlineData("p1 ", "{}")]
    [InlineData("p1 ", "~:")]
    [InlineData("x=", "~:")]
    [InlineData("p1", " a{1..9}")]
    [InlineData("", "a=b ")]
    [InlineData("", "p1 <<E\nE\n")]
    [InlineData("", "`'`")]
    [InlineData("", "((1) )\n")]
    [InlineData("", "x[1")]
    [InlineData("p1 ", "${x//a/b}")]
    [InlineData("p1 ", "\\\n")]
    [InlineData("p1 ", ">a")]
    [InlineData("", "f() { p1; }\n")]
    [InlineData("", "a() { :; }; a\n")]
    [InlineData("", "$((")]
    [InlineData("cat ", "<<E ")]
    [InlineData("", "cd a\n")]
    [InlineData("", "x=$x$RANDOM\n")]
    [InlineData("set -- ", "a ")]
    [InlineData("a=(", "b ")]
    [InlineData("trap ", "'p1' EXIT; trap ")]
    public void Analyze_LongRepetition_Answers(string head, string unit)
    {
        var text = new StringBuilder(head);
        while (text.Length < 400_000)
        {
            text.Append(unit);
        }

        Assert.NotNull(new ShellAnalyzer().Analyze(text.ToString()));
    }

    [Fact]
    public void Analyze_HugeWord_IsRefusedByItsLength()
    {
        var analysis = new ShellAnalyzer().Analyze(new string('a', 100_000_000));
        Assert.False(analysis.IsParsed);
        Assert.Equal(OpaqueReason.TooLarge, Assert.Single(analysis.Reasons).Reason);
    }

    [Fact]
    public void Analyze_OnASmallStack_Answers()
    {
        // A thread pool's threads have less than the main one.
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    foreach (var opener in s_openers)
                    {
                        new ShellAnalyzer(new ShellAnalyzerOptions { MaxDepth = 200 }).Analyze(string.Concat(Enumerable.Repeat(opener, 10_000)));
                    }

                    var nested = string.Concat(Enumerable.Repeat("{ ", 190)) + "p1;" + string.Concat(Enumerable.Repeat("};", 190));
                    new ShellAnalyzer(new ShellAnalyzerOptions { MaxDepth = 200 }).Analyze("f() { " + nested + " f; }; f");
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
