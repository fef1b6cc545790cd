using Xunit;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>What ordinary commands are understood to do.</summary>
public sealed class UnderstoodTests
{
    [Theory]
    // Words and quotes.
    [InlineData("p1 a b", "run p1 a b")]
    [InlineData("p1 'a b' \"c d\" e\\ f ''", "run p1 a b c d e f ''")]
    [InlineData("p1 $'a\\tb' $\"c\"", "run p1 a\tb c")]
    [InlineData("p1 a\\\nb # comment", "run p1 ab")]
    [InlineData("p1 *.c '*.d'", "run p1 *.c *.d; read /w/*.c")]
    [InlineData("p1 {a,b}{1..2} {x} a{1..3..2}", "run p1 a1 a2 b1 b2 {x} a1 a3")]
    [InlineData("p1 ~/x ~ 'a~' a~", "run p1 /home/a/x /home/a a~ a~")]
    [InlineData("p1 $NAMED \"${NAMED}x\" $HOME", "run p1 value valuex /home/a")]
    [InlineData("p1 \"$unknown\" $unknown", "run p1 … …")]
    [InlineData("'p 1' x", "run p 1 x")]
    // Variables.
    [InlineData("d=build; p1 \"$d/x\" $d", "run p1 build/x build")]
    [InlineData("a=1; a=2; p1 $a", "run p1 2")]
    [InlineData("a='x y'; p1 $a \"$a\"", "run p1 x y x y")]
    [InlineData("a=(x 'y z'); p1 \"${a[@]}\" ${a[0]} \"${#a[@]}\"", "run p1 x y z x …")]
    [InlineData("a=x; a+=y; p1 $a", "run p1 xy")]
    [InlineData("f=/a/b.c; p1 ${f##*/} ${f%.c} ${f/b/d} ${f:1:1} ${#f} ${f^^} ${none:-d}", "run p1 b.c /a/b /a/d.c a 6 /A/B.C …")]
    [InlineData("unset n; p1 ${n:-d} ${n:+e} \"${n=f}\" $n", "run p1 d f f")]
    [InlineData("p1 \"$(pwd)\" $(echo a b)", "run pwd; run echo a b; run p1 /w a b")]
    [InlineData("x=1; p1 $((x + 1))", "run p1 …")]
    [InlineData("export A=1 B; C=2 p1", "run p1; set A=1; set B=…; set C=2")]
    [InlineData("set -a; A=1", "set A=1")]
    // Directories.
    [InlineData("cd /x && p1 >y", "run p1; write /x/y")]
    [InlineData("cd x; p1 >y", "run p1; write /w/x/y; write /w/y")]
    [InlineData("cd x || exit 1; p1 >y", "run p1; write /w/x/y")]
    [InlineData("(cd x && p1 >y); p1 >z", "run p1; write /w/x/y; write /w/z")]
    [InlineData("cd /a && cd - && p1 >y", "run p1; write /w/y")]
    [InlineData("pushd /a && p1 >y && popd && p1 >z", "run p1; write /a/y; write /w/z")]
    [InlineData("cd && p1 >y", "run p1; write /home/a/y")]
    // Control.
    [InlineData("for f in a b; do p1 $f; done", "run p1 a; run p1 b")]
    [InlineData("for f in *.c; do p1 \"$f\" \"${f%.c}.o\"; done", "run p1 *.c *.o; read /w/*.c; read /w/*.o")]
    [InlineData("if p1; then x=a; else x=b; fi; p2 $x >$x", "run p1; run p2 a; run p2 b; write /w/a; write /w/b")]
    [InlineData("x=a; p1 && x=b; p2 $x", "run p1; run p2 b; run p2 a")]
    [InlineData("case $unknown in a) x=1;; *) x=2;; esac; p1 $x", "run p1 1; run p1 2")]
    [InlineData("i=0; while ((i < 3)); do p1 >f$i; i=$((i+1)); done", "run p1; write /w/f0; opaque ComputedArgument")]
    [InlineData("for ((i=0; i<3; i++)); do p1; done", "run p1")]
    [InlineData("while read -r l; do p1 \"$l\"; done <in >out", "run p1 …; read /w/in; write /w/out")]
    [InlineData("until p1; do p2; break; done; p3", "run p1; run p2; run p3")]
    [InlineData("a & b | c |& d && ! e", "run a; run b; run c; run d; run e")]
    [InlineData("x=a; (x=b); p1 $x", "run p1 a")]
    [InlineData("x=a | p1; x=b & p2 $x", "run p1; run p2 …")]
    // Functions.
    [InlineData("f() { p1 \"$1\" \"$@\" $#; }; f a b", "run p1 a a b 2")]
    [InlineData("f() { local x=1; }; x=0; f; p1 $x", "run p1 0")]
    [InlineData("f() { cd /x; return; p9; }; f && p1 >y", "run p1; write /x/y; write /w/y")]
    [InlineData("function f { p1; } >log; f", "run p1; write /w/log")]
    [InlineData("f() { shift; p1 $1; }; f a b", "run p1 b")]
    // Redirections.
    [InlineData("p1 <a >b 2>>c &>d", "run p1; read /w/a; write /w/b; write /w/c; write /w/d")]
    [InlineData("p1 2>&1 >&- 3<&0 >|x <>y", "run p1; read /w/y; write /w/x; write /w/y")]
    [InlineData("p1 >& f", "run p1; write /w/f")]
    [InlineData("exec 3>/dev/tcp/h.example/80", "connect h.example:80")]
    [InlineData("p1 {fd}>x", "run p1; write /w/x")]
    [InlineData("p1 > a/../b/./c//d", "run p1; write /w/b/c/d")]
    [InlineData(">x", "write /w/x")]
    [InlineData("p1 <<E\n$(p2)\nE", "run p2; run p1")]
    [InlineData("p1 <<'E'\n$(p2)\nE", "run p1")]
    [InlineData("p1 <<<\"$(p2)\"", "run p2; run p1")]
    [InlineData("p1 <(p2 <x) >(p3)", "run p2; run p3; run p1 /dev/fd/* /dev/fd/*; read /w/x; read /dev/fd/*")]
    // Texts that are run.
    [InlineData("eval 'p1 a; p2'", "run p1 a; run p2")]
    [InlineData("x='p1 a'; eval \"$x >f\"", "run p1 a; write /w/f")]
    [InlineData("trap 'p1 >f' EXIT; p2", "run p2; run p1; write /w/f")]
    [InlineData("t=/tmp/x; trap 'p1 \"$t\"' EXIT; p2", "run p2; run p1 /tmp/x")]
    [InlineData("command p1 a; exec p2", "run p1 a; run p2")]
    [InlineData("command -v p1 && builtin cd /x && p2 >y", "run p2; write /x/y")]
    // Tests.
    [InlineData("[ -f a ] && test -d b && [[ -e c && $x == d ]]", "run [ -f a ]; run test -d b; read /w/a; read /w/b; read /w/c")]
    [InlineData("[ \"$x\" = y ] || p1", "run [ … = y ]; run p1")]
    [InlineData("kill -9 1", "run kill -9 1; privilege kill")]
    public void Analyze_OrdinaryCommand_TellsWhatItDoes(string command, string expected) => Assert.Equal(expected, Told.Of(command));

    [Fact]
    public void Analyze_DirectoryNotKnown_KeepsPathsRelative()
    {
        var analysis = new ShellAnalyzer().Analyze("cd src && p1 >../x/./y; cd /a; p1 <b");
        Assert.Equal(["x/y"], analysis.Writes);
        Assert.Equal(["/a/b", "src/b", "b"], analysis.Reads);
    }

    [Fact]
    public void Analyze_Broken_TellsWhatRunsBeforeTheError()
    {
        var analysis = new ShellAnalyzer().Analyze("p1 >x\nif p2\n");
        Assert.False(analysis.IsParsed);
        Assert.True(analysis.IsOpaque);
        Assert.Equal(["x"], analysis.Writes);
        Assert.Equal(12, analysis.Errors[0].Position);
    }

    [Theory]
    [InlineData("echo {a,b}")]
    [InlineData("[[ a == b ]]")]
    [InlineData("echo $'a'")]
    [InlineData("p1 &> f")]
    [InlineData("function f { :; }")]
    [InlineData("a=(1)")]
    [InlineData("((1))")]
    [InlineData("p1 <(p2)")]
    public void Analyze_BashOnlyInSh_IsOpaque(string command)
    {
        var analysis = new ShellAnalyzer(new ShellAnalyzerOptions { Dialect = ShellDialect.Posix }).Analyze(command);
        Assert.Contains(analysis.Reasons, reason => reason.Reason == OpaqueReason.UnsupportedConstruct);
    }

    [Theory]
    [InlineData("relative", null, 100)]
    [InlineData(null, "~", 100)]
    [InlineData(null, null, 0)]
    [InlineData(null, null, 201)]
    public void Constructor_OptionsOutOfRange_Throws(string? directory, string? home, int depth) =>
        Assert.Throws<ArgumentException>(() => new ShellAnalyzer(new ShellAnalyzerOptions { WorkingDirectory = directory, Home = home, MaxDepth = depth }));
}
