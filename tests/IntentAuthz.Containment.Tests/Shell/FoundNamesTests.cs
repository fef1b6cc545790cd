namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>Names that come from <c>find</c>, from a pipe or from <c>mktemp</c>: known where it is known where they lie, opaque where a name can lead elsewhere.</summary>
public sealed class FoundNamesTests
{
    private static readonly ShellAnalyzer s_analyzer = new(new ShellAnalyzerOptions { WorkingDirectory = "/w", Home = "/h" });

    [Theory]
    [InlineData("find . -name '*.o' -print0 | xargs -0 rm -f", "read /w; delete /w")]
    [InlineData("find src -print0 | sort -z | xargs -0 cat > out", "read /w/src; write /tmp; write /w/out; delete /tmp")]
    [InlineData("find src -print0 | grep -zv x | xargs -0 cat", "read /w/src")]
    [InlineData("find src -print0 | xargs -0 -I{} cp {} {}.bak", "read /w/src; write /w/src; write /w/src.bak")]
    [InlineData("find sub -print0 | xargs -0 mv -t out", "read /w/sub; write /w/out; delete /w/sub")]
    [InlineData("find / -print0 | xargs -0 cat", "read /")]
    [InlineData("{ find a -print0; find b -print0; } | xargs -0 rm", "read /w/a; read /w/b; delete /w/a; delete /w/b")]
    // Without a name the command runs too, once.
    [InlineData("find sub -print0 | xargs -0 ls", "read /w/sub; read /w")]
    [InlineData("find sub -print0 | xargs -r0 ls", "read /w/sub")]
    [InlineData("git ls-files -z | xargs -0 rm", "read /h/.gitconfig; read /h/.config/git; read /w; read /w/.git; delete /w/*")]
    [InlineData("rg -l0 foo src | xargs -0 rm", "read /w/src; delete /w/src")]
    [InlineData("grep -rlZ foo src | xargs -0 rm", "read /w/src; delete /w/src")]
    [InlineData("find sub -execdir touch x \\;", "read /w/sub; write /w/x; write /w/sub")]
    [InlineData("find a/b -execdir touch x \\;", "read /w/a/b; write /w/a/x; write /w/a/b")]
    [InlineData("find sub -exec sh -c 'cat \"$1\"' _ {} \\;", "read /w/sub")]
    [InlineData("find sub -exec sh -c 'for f in \"$@\"; do cat \"$f\"; done' _ {} +", "read /w/sub")]
    [InlineData("find sub -type d -exec tar -C {} -cf /t.tar . \\;", "read /w/sub; write /t.tar")]
    [InlineData("x=$(mktemp) && cat a > \"$x\"", "read /tmp/tmp.??????????; read /w/a; write /tmp; write /tmp/tmp.??????????")]
    [InlineData("x=$(mktemp -d) && rm -rf \"$x/a\"", "read /tmp/tmp.??????????/a; write /tmp; delete /tmp/tmp.??????????/a")]
    [InlineData("x=$(mktemp -p /v) && rm $x", "read /v/tmp.??????????; write /v; delete /v/tmp.??????????")]
    // What fails prints nothing, and then the name is empty.
    [InlineData("x=$(mktemp -d); rm -rf \"$x/a\"", "read /tmp/tmp.??????????/a; write /tmp; delete /tmp/tmp.??????????/a; delete /a")]
    public void Analyze_NamesWhosePlaceIsKnown_AreToldAsThatPlace(string command, string expected) => Assert.Equal(expected, Files(command));

    [Theory]
    // A name can hold what splits lines and words.
    [InlineData("find . -name '*.o' | xargs rm")]
    [InlineData("find . -print | xargs -0 rm")]
    [InlineData("find . -print0 | xargs rm")]
    [InlineData("rm $(find . -name x)")]
    [InlineData("rm $(git ls-files)")]
    [InlineData("git ls-files | xargs rm")]
    [InlineData("grep -rl x src | xargs rm")]
    // A part of a name is another name, and what is printed besides is none.
    [InlineData("find src -print0 | head -c 3 | xargs -0 rm")]
    [InlineData("find src -print0 | { head -c 3; xargs -0 rm; }")]
    [InlineData("find src -print0 2>&1 | xargs -0 rm")]
    [InlineData("find src -print0 |& xargs -0 rm")]
    [InlineData("find src -print0 -ls | xargs -0 rm")]
    [InlineData("find src -print0 -printf '/x\\0' | xargs -0 rm")]
    [InlineData("find src -print0 -exec echo {} \\; | xargs -0 rm")]
    [InlineData("find src -name -print0 | xargs -0 rm")]
    [InlineData("{ printf '/etc\\0'; find src -print0; } | xargs -0 rm")]
    [InlineData("find src -print0 | tr '\\n' '\\0' | xargs -0 rm")]
    [InlineData("find src -print0 | sed -z 's/^/\\//' | xargs -0 rm")]
    [InlineData("find src -print0 | sort -z - /etc/list | xargs -0 rm")]
    [InlineData("find src -print0 | grep -zo /.* | xargs -0 rm")]
    [InlineData("find src -print0 | xargs -0 -d / rm")]
    [InlineData("find src -print0 | xargs -0 -a list rm")]
    [InlineData("find() { echo /etc/x; }; find src -print0 | xargs -0 rm")]
    [InlineData("git ls-files -z ../x | xargs -0 rm")]
    [InlineData("git ls-files -z :/ | xargs -0 rm")]
    [InlineData("grep -rlcZ x src | xargs -0 rm")]
    // What is put together with a name is not the name.
    [InlineData("find sub -exec sh -c 'mv \"$1\" \"$1.md\"' _ {} \\;")]
    [InlineData("find sub -exec sh -c 'mv \"$1\" \"${1%.txt}\"' _ {} \\;")]
    [InlineData("find sub -exec sh -c 'mv \"$1\" \"${1##*/}\"' _ {} \\;")]
    [InlineData("find sub -exec sh -c 'rm $1' _ {} \\;")]
    [InlineData("find sub -exec sh -c 'x=/etc/$1; rm \"$x\"' _ {} \\;")]
    [InlineData("find sub -type d -exec tar -C {} -cf ../x.tar . \\;")]
    [InlineData("find sub -type d -execdir touch ../x \\;")]
    // A name as code, a host or an option.
    [InlineData("find p -exec sed {} f \\;")]
    [InlineData("find p -exec awk {} f \\;")]
    [InlineData("find p -exec curl {} \\;")]
    [InlineData("find p -exec sh -c {} \\;")]
    [InlineData("find p -exec {} \\;")]
    [InlineData("find p -exec tar -{} \\;")]
    [InlineData("find src -print0 | xargs -0 -I{} sh -c 'rm {}'")]
    [InlineData("find src -print0 | xargs -0 sh")]
    [InlineData("git ls-files -z | xargs -0 wc -l")]
    [InlineData("git ls-files -z | xargs -0 sort")]
    [InlineData("rg -l0 foo | xargs -0 sed -i s/a/b/")]
    public void Analyze_NamesThatCanLeadElsewhere_AreOpaque(string command) => Assert.True(s_analyzer.Analyze(command).IsOpaque, $"'{command}': {Files(command)}");

    [Theory]
    [InlineData("find p -exec chmod {} f \\;")]
    public void Analyze_NameAsMode_CanLendRights(string command) => Assert.NotEmpty(s_analyzer.Analyze(command).Privileges);

    private static string Files(string command)
    {
        var analysis = s_analyzer.Analyze(command);
        return string.Join("; ", analysis.Reads.Select(path => "read " + path).Concat(analysis.Writes.Select(path => "write " + path)).Concat(analysis.Deletes.Select(path => "delete " + path))
            .Concat(analysis.Reasons.Select(reason => "opaque " + reason.Reason)));
    }
}
