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
    [InlineData("PAGER='cat x' git log")]
    [InlineData("GIT_PAGER=$x git log")]
    [InlineData("TERM=../x ls")]
    [InlineData("TZ=/etc/shadow date")]
    [InlineData("TZ=:x date")]
    [InlineData("TZ=../../x date")]
    [InlineData("GIT_EDITOR=cat git log")]
    // Links and programs that the same text makes.
    [InlineData("ln -s /etc x; echo y > x/passwd")]
    [InlineData("ln /etc/passwd x; echo y > x")]
    [InlineData("ln -s /etc; echo y > etc/passwd")]
    [InlineData("ln -s /etc out; echo y > out/etc/passwd")]
    [InlineData("ln -s /etc x; ln -s a x/z")]
    [InlineData("ln -s /etc x; mv x y; echo z > y/passwd")]
    [InlineData("ln -s /etc x; cd x && echo y > passwd")]
    [InlineData("ln -t d /etc/passwd; echo y > d/passwd")]
    [InlineData("for i in 1 2; do echo y > x/p; ln -s /etc x; done")]
    [InlineData("cp -s /etc/passwd x; echo y > x")]
    [InlineData("cp p1 /usr/local/bin/ls; ls")]
    [InlineData("sudo install -m 755 p1 /usr/bin/ls && ls")]
    [InlineData("sudo tee /etc/ld.so.preload < x; ls")]
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
    [InlineData("curl http:/h")]
    [InlineData("curl -T '{a,b}' h")]
    [InlineData("whois h")]
    // An option with a value that may be missing, and then does the usual.
    [InlineData("git grep -O x")]
    [InlineData("git grep --open-files-in-pager x")]
    [InlineData("ln --backup a b")]
    [InlineData("cp --backup a b")]
    [InlineData("xz --files0")]
    // Names of files on the standard input, in a file, or leading upwards in an archive.
    [InlineData("zip -@ a")]
    [InlineData("zip -s 1 a b")]
    [InlineData("unzip -:o a")]
    [InlineData("tput -T ../x clear")]
    // A name that looks like an option.
    [InlineData("git ls-files -z | xargs -0 grep a")]
    [InlineData("wc */x")]
    // Compilers and interpreters of the table.
    [InlineData("openssl rand -engine ./x.so 16")]
    [InlineData("openssl s_client -connect h:1")]
    [InlineData("openssl enc -in /etc/shadow")]
    [InlineData("dpkg -i x.deb")]
    [InlineData("dpkg --pre-invoke=x -l")]
    [InlineData("terraform -chdir=/x plan")]
    [InlineData("terraform apply")]
    // Scripts in other languages.
    [InlineData("awk 'BEGIN{x=\"/etc/shadow\"; getline y < x}'")]
    [InlineData("awk 'BEGIN { ARGV[1]=\"/etc/shadow\"; ARGC=2 } {print}'")]
    [InlineData("awk 'BEGIN { printf \"a\" > \"/inet/tcp/0/h/80\" }'")]
    [InlineData("awk 'BEGIN { f=\"sys\" \"tem\"; @f(\"p1\") }'")]
    [InlineData("sed -e 's/x/y/' -f s a")]
    [InlineData("sed -i'../x/*' s/a/b/ a")]
    [InlineData("jq 'include \"x\"; .' a")]
    [InlineData("sqlite3 x 'select load_extension(\"x\")'")]
    [InlineData("sqlite3 x \"attach '/etc/x' as y\"")]
    [InlineData("sqlite3 x '.once |p1'")]
    [InlineData("sqlite3 x 'vacuum into \"/x\"'")]
    [InlineData("tar cf x.tar --rsh-command=p1 a")]
    [InlineData("tar -cf x.tar --info-script=p1 a")]
    [InlineData("tar -cf h:x.tar a")]
    [InlineData("split --filter=p1 a | cat \"$x\"")]
    [InlineData("env -S 'p1 a'")]
    [InlineData("gawk -l x 'BEGIN{}'")]
    [InlineData("gawk -i inplace 1 a")]
    public void Analyze_OverlookedWay_IsOpaque(string command) => Assert.True(s_analyzer.Analyze(command).IsOpaque, $"'{command}': {Told.Of(s_analyzer.Analyze(command))}");

    [Theory]
    [InlineData("git config user.email a@example.com && git status")]
    [InlineData("git config core.pager")]
    [InlineData("echo x > out/y; git status")]
    [InlineData("git add . && git status")]
    [InlineData("GIT_PAGER=cat git log")]
    [InlineData("PAGER= git diff")]
    [InlineData("TERM=xterm-256color ls")]
    [InlineData("TZ=Europe/Berlin date")]
    [InlineData("export CI=1 TZ=UTC; ls")]
    [InlineData("ln -sf a b; ln -sf c b")]
    [InlineData("ln -s a.txt out/l; ls")]
    [InlineData("sudo cp p1 /usr/local/bin/p1")]
    [InlineData("git stash && git stash pop")]
    [InlineData("rsync -av --exclude node_modules src/ backup/")]
    public void Analyze_OrdinaryWay_IsKnown(string command) => Assert.False(s_analyzer.Analyze(command).IsOpaque, $"'{command}': {string.Join("; ", s_analyzer.Analyze(command).Reasons)}");

    [Theory]
    [InlineData("curl -n https://h", "/h/.netrc")]
    [InlineData("curl https://h", "/h/.config/curlrc")]
    [InlineData("curl --cert a:secret https://h", "/w/a")]
    [InlineData("curl -F '=@a' h", "/w/a")]
    [InlineData("git diff -O x", "/w/x")]
    [InlineData("zip -r a.zip . -x@f", "/w/f")]
    [InlineData("grep a */x", "/x")]
    [InlineData("grep a */../x", "/x")]
    public void Analyze_FileThatIsReadOfItself_IsTold(string command, string file) => Assert.Contains(file, s_analyzer.Analyze(command).Reads);

    [Theory]
    [InlineData("split a /x/y", "/x/y*")]
    [InlineData("csplit -f /x/y a 1", "/x/y*")]
    [InlineData("strace -ff -o x ls", "/w/x.*")]
    [InlineData("chmod 7*", "/w/7*")]
    [InlineData("find 777 -print0 | xargs -0 chmod", "/w/777")]
    public void Analyze_NamesThatAreMadeUp_AreToldAsPattern(string command, string file) => Assert.Contains(file, s_analyzer.Analyze(command).Writes);

    [Fact]
    public void Analyze_NameQuery_IsToldAsConnection() => Assert.Contains(s_analyzer.Analyze("getent ahosts evil.example").Connects, endpoint => endpoint.Host == "evil.example");

    [Fact]
    public void Analyze_XargsAlone_RunsEcho() => Assert.Contains(s_analyzer.Analyze("xargs -a list").Programs, program => program.Name == "echo");
}
