namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>Options and arguments by which ordinary programs start others, read or write files or connect, where that is easily overlooked.</summary>
public sealed class AttackTests
{
    private static readonly ShellAnalyzer s_analyzer = new(new ShellAnalyzerOptions { WorkingDirectory = "/w", Home = "/h" });

    [Theory]
    // Settings that the same text writes.
    [InlineData("git config core.fsmonitor ./evil; git status")]
    [InlineData("git config core.pager evil")]
    [InlineData("git config --global alias.x '!evil'")]
    [InlineData("git config --add core.sshCommand evil")]
    [InlineData("git config \"$x\" evil")]
    [InlineData("echo x > .git/config; git status")]
    [InlineData("echo x >> ~/.gitconfig; git diff")]
    [InlineData("cp x .git/config; git log")]
    [InlineData("cp -r x/. . && git status")]
    [InlineData("unzip -o x.zip; git status")]
    [InlineData("for i in 1 2; do git diff; sed -i s/a/b/ .git/config; done")]
    [InlineData("echo x > ~/.curlrc; curl h")]
    // Copies: rules from files, a place relative to the destination, another host.
    [InlineData("rsync --filter='merge f' a b")]
    [InlineData("rsync -f ': f' a b")]
    [InlineData("rsync -F a b")]
    [InlineData("rsync -M--x a b")]
    [InlineData("rsync --daemon")]
    [InlineData("rsync --temp-dir=../p a b")]
    [InlineData("rsync a* b")]
    // Transfers.
    [InlineData("curl ftp://h/x")]
    [InlineData("curl scp://h/x")]
    [InlineData("curl ftp.example.com/x")]
    [InlineData("curl -E pkcs11:x https://h")]
    public void Analyze_OverlookedWay_IsOpaque(string command) => Assert.True(s_analyzer.Analyze(command).IsOpaque, $"'{command}': {Told.Of(s_analyzer.Analyze(command))}");

    [Theory]
    [InlineData("git config user.email a@example.com && git status")]
    [InlineData("git config core.pager")]
    [InlineData("echo x > out/y; git status")]
    [InlineData("git add . && git status")]
    [InlineData("git stash && git stash pop")]
    [InlineData("rsync -av --exclude node_modules src/ backup/")]
    public void Analyze_OrdinaryWay_IsKnown(string command) => Assert.False(s_analyzer.Analyze(command).IsOpaque, $"'{command}': {string.Join("; ", s_analyzer.Analyze(command).Reasons)}");

    [Theory]
    [InlineData("curl -n https://h", "/h/.netrc")]
    [InlineData("curl https://h", "/h/.config/curlrc")]
    public void Analyze_FileThatIsReadOfItself_IsTold(string command, string file) => Assert.Contains(file, s_analyzer.Analyze(command).Reads);

    [Fact]
    public void Analyze_XargsAlone_RunsEcho() => Assert.Contains(s_analyzer.Analyze("xargs -a list").Programs, program => program.Name == "echo");
}
