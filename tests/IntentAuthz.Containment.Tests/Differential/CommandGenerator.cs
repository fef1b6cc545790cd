using System.Globalization;

namespace IntentAuthz.Containment.Tests;

/// <summary>
/// Makes commands up: the grammar of the shell around programs of the table with options of the table. All names are of a small tree of files, and nothing
/// that a command can do reaches outside of it.
/// </summary>
internal sealed class CommandGenerator(int seed)
{
    private static readonly string[] Files = ["a.txt", "b.txt", "data.csv", "notes.md", "list.json", "sub/x.txt", "sub/y.log", "src/main.c", "src/util.py", "'sp ace.txt'", "\"sp ace.txt\"", "./a.txt", "sub/../b.txt", "sub/deep/z.txt", "missing.txt"];
    private static readonly string[] Directories = ["sub", "src", "out", "sub/deep", ".", "./sub", "empty"];
    private static readonly string[] Patterns = ["*.txt", "sub/*", "s*/*.txt", "[ab].txt", "?.txt", "sub/*.log", "src/*", "./*.md", "{a,b}.txt", "sub/{x,y}.*"];
    private static readonly string[] NewNames = ["new.txt", "out/n1", "out/n2.txt", "sub/new.log", "'new file'", "out/new.c"];
    private static readonly string[] Texts = ["1", "2", "3", "a", "txt", "'%s'", "10", ",", "x"];

    /// <summary>Programs whose options are taken from the table at random.</summary>
    private static readonly string[] FromTable =
    [
        "cat", "tac", "nl", "head", "wc", "sort", "uniq", "cut", "tr", "paste", "join", "comm", "tee", "fold", "fmt", "pr", "expand", "unexpand", "seq", "shuf", "od", "base64", "base32",
        "md5sum", "sha256sum", "cksum", "sum", "tsort", "factor", "numfmt", "rev", "column", "hexdump", "xxd", "grep", "egrep", "fgrep", "diff", "cmp", "diff3", "ls", "cp", "mv", "rm", "unlink", "rmdir",
        "shred", "mkdir", "touch", "truncate", "ln", "link", "install", "stat", "readlink", "realpath", "basename", "dirname", "df", "du", "file", "uname", "id", "nproc", "gzip", "bzip2", "xz", "strings",
        "iconv", "printenv", "bc", "expr", "tree", "nm", "size", "readelf", "ptx", "csplit", "split", "chgrp", "chown", "date", "whoami", "sync", "dir", "vdir", "b2sum", "sha1sum", "gunzip", "zcat", "look", "zip", "unzip",
        "rg", "ps", "free", "uptime", "getconf", "locale", "which", "whereis", "pathchk", "namei", "lsattr", "mountpoint", "cal", "hd", "ar", "strip", "dos2unix", "colrm", "col", "ul", "getent", "groups", "arch", "hostname", "tty", "tput", "envsubst", "dpkg-query", "pgrep", "pidof",
    ];

    /// <summary>Options that wait for more, for a terminal, or for a long time.</summary>
    private static readonly HashSet<string> Left = new(StringComparer.Ordinal) { "tail -f", "tail -F", "free -s", "free --seconds", "hostname -F", "hostname --file", "hostname -b", "cal -n", "ps -C", "unzip -p", "sort -S", "sort --buffer-size", "shuf -r", "shuf --repeat", "chown -h" };

    private readonly Random _random = new(seed);
    private int _depth;

    public string Next()
    {
        _depth = 0;
        return Lines();
    }

    private string Lines() => Chance(20) ? $"{Command()}\n{Command()}" : Command();

    private string Command()
    {
        _depth++;
        string command = (_depth > 3 ? 0 : _random.Next(26)) switch
        {
            <= 9 => Simple(),
            10 => $"{Simple()} | {Filter()}",
            11 => $"{Simple()} | {Filter()} | {Filter()} > {New()}",
            12 => $"{Command()} && {Command()}",
            13 => $"{Command()} || {Command()}; {Command()}",
            14 => $"({Command()})",
            15 => $"{{ {Command()}; }} > {New()}",
            16 => $"if {Test()}; then {Command()}; else {Command()}; fi",
            17 => $"for f in {Pick(Patterns)} {File()}; do {Pick(["cat \"$f\"", "wc -l \"$f\"", "echo \"$f\"", "cp \"$f\" out", "grep a \"$f\"", "touch \"$f.new\"", "sed -i s/a/b/ \"$f\"", "mv \"$f\" out/"])}; done",
            18 => $"f={File()}; {Pick(["cat \"$f\"", "sort $f > \"$f.sorted\"", "cp \"$f\" out/", "rm -f \"$f\"", "head -n 1 < \"$f\"", "wc \"${f%.txt}.txt\"", "echo ${f##*/} > out/name"])}",
            19 => $"{Pick(["sh", "bash"])} -c '{Command().Replace("'", "'\\''", StringComparison.Ordinal)}'",
            20 => $"cd {Pick(["sub", "src", "out"])} && {Pick(["ls", "cat *", "touch t", "cat ../a.txt", "cp ../a.txt .", "echo hi > h", "rm -f *.log", "git status", "git log --oneline"])}{Maybe("; cd .. && " + Simple())}",
            21 => $"echo $({Pick(["cat a.txt", "wc -l < b.txt", "ls sub", "echo a.txt", "basename sub/x.txt"])}){Maybe(" > " + New())}",
            22 => $"cat <<EOF{Maybe(" > " + New())}\n{Pick(["text", "$(cat a.txt)", "`ls sub`", "$HOME $(echo x)"])}\nEOF",
            23 => $"g() {{ {Simple()}; }}; g; g x",
            24 => $"while read -r l; do {Pick(["echo \"$l\"", "echo \"$l\" >> out/lines", "printf '%s\\n' \"$l\""])}; done < {File()}",
            _ => $"case {Pick(["a", "x", "$HOME"])} in a) {Command()};; *) {Command()};; esac",
        };
        _depth--;
        return command;
    }

    private string Simple()
    {
        string command = _random.Next(10) switch
        {
            <= 5 => TableProgram(),
            _ => Written(),
        };
        if (Chance(15))
        {
            command = Wrapped(command);
        }

        return Chance(25) ? $"{command} {Redirection()}" : command;
    }

    private string Wrapped(string command) => command.Contains('\n') || command.StartsWith("echo", StringComparison.Ordinal) && command.Contains('>') ? command
        : Pick(["nice -n 3", "timeout 5", "timeout -k 1 5", "env A=1", "env -u X", "env -C sub", "stdbuf -oL", "setsid -w", "nohup", "command", "ionice -c 3", "/usr/bin/env", "timeout 5 nice", "xargs -a list.json -n 1 -t", "flock out/lock", "time", "env -i", "X=1", "bash -c 'exec \"$@\"' _"]) + " " + command;

    private string Redirection() => Pick([$"> {New()}", $">> {New()}", $"< {File()}", "2>/dev/null", $"2> {New()}", $"> {New()} 2>&1", $"&> {New()}", $"<<< text", "< /dev/null"]);

    private string Filter() => Pick(
        ["sort", "sort -u", "uniq -c", "head -n 3", "tail -n 2", "wc -l", "grep a", "grep -v x", "cut -c1-3", "tr a-z A-Z", "cat", "tee out/tee", "tee -a out/tee2 new.txt", "sed s/a/b/", "sed -n 1p", "awk '{print $1}'", "awk '{print > \"out/awk\"}'", "xargs echo", "xargs -n 1 basename", "base64", "rev", "nl", "gzip -c", "while read -r l; do echo $l; done", "cat > out/c", "sh -c 'cat > out/d'", "xargs -I{} echo {}", "jq .", "column -t", "md5sum", "od -c", "cat - a.txt"]);

    private string Test() => Pick(["test -f a.txt", "[ -d sub ]", "[[ -e b.txt ]]", "grep -q a a.txt", "true", "! false", "cmp -s a.txt b.txt", "[ \"$(cat a.txt)\" = x ]", "[[ a == a* ]]"]);

    /// <summary>Programs with a language of their own, written out.</summary>
    private string Written() => Pick(
    [
        $"sed -n {_random.Next(1, 9)}p {File()}", $"sed s/a/b/g {File()}", $"sed -i s/a/X/ {File()}", $"sed -i.bak -e 1d {File()}", $"sed 'w out/w' {File()}", $"sed -n '/a/r sub/x.txt' {File()}", $"sed '1e echo hi' {File()}", $"sed -e 's/a/date/e' {File()}", $"sed -s -n '$=' {Pick(Patterns)}", "sed -i 's/x/y/w out/sw' a.txt b.txt",
        $"awk '{{print $1}}' {File()}", "awk 'BEGIN{system(\"echo hi > out/s\")}'", $"awk -F, '{{n += $2}} END {{print n}}' {File()}", "awk 'BEGIN{while((getline l < \"a.txt\") > 0) print l > \"out/g\"}'", $"awk '/a/ {{print | \"sort > out/sorted\"}}' {File()}", "awk 'BEGIN{\"cat b.txt\" | getline x; print x}'", $"awk -v n=2 'NR==n' {File()}",
        $"find {Pick(Directories)}", $"find {Pick(Directories)} -name '*.txt'", "find . -type f -exec cat {} +", $"find sub -name '*.log' -delete", "find src -type f -exec cp {} {}.bak \\;", "find . -newer a.txt -print0 | xargs -0 ls -d", "find sub -name '*.txt' -exec sh -c 'cat \"$1\" > out/f' _ {} \\;", "find sub -execdir cat {} \\;", "find . -maxdepth 1 -fprint out/fp", "find sub -type f -exec mv {} out \\;", "find empty sub -empty -ok rm {} \\; < /dev/null", "find . -name *.md -exec head -n 1 {} \\;",
        $"tar -cf out/t.tar {Pick(Directories)}", "tar -czf out/t.tgz sub src", "tar -xzf archive.tgz -C out", "tar xf archive.tgz", "tar tf archive.tgz", "tar -tzf archive.tgz --checkpoint=1 --checkpoint-action=exec='echo x > out/cp'", "tar -cf out/u.tar -I 'gzip -1' sub", "tar -xf archive.tgz --to-command='cat > out/tc'", "tar -C sub -cf out2.tar x.txt", "tar --remove-files -cf out/r.tar sub/y.log", "tar cf - sub | tar xf - -C out", "tar -caf out/v.tar.xz sub",
        "git status", "git log --oneline", "git diff", "git log -p -- a.txt", "git show HEAD:a.txt", "git add a.txt", "git add -A", "git branch", "git branch new", "git ls-files", "git grep -n a", "git -C sub status", "git rev-parse HEAD", "git blame a.txt", "git stash", "git reset --hard", "git checkout -b x", "git commit -qm x", "git rm -q --cached a.txt", "git mv a.txt c.txt", "git restore b.txt", "git clean -fdn", "git tag v1", "git config user.name", "git config user.name me", "git init -q out/repo", "git describe --always", "git format-patch -1 -o out", "git archive -o out/a.tar HEAD", "git hash-object -w a.txt", "git cat-file -p HEAD", "git -c color.ui=always status", "git --no-pager diff HEAD", "git remote -v", "git shortlog -sn HEAD", "git apply --check sub/x.txt", "git stash list", "git diff --no-index a.txt b.txt", "git worktree list",
        "sh run.sh", "bash run.sh a b", "./run.sh", "python3 src/util.py", "make -C sub", "make -C sub -s all", "cd sub && make", "make -C sub > out/make.log 2>&1", "python3 src/util.py; cp a.txt out/after", "(cd sub && sh ../run.sh)", "timeout 5 sh run.sh | cat", "if sh run.sh; then touch out/t; fi", "cp a.txt run.sh; sh run.sh", "sh run.sh & wait", "git add a.txt && git commit -qm x", "python3 -m json.tool list.json", "chmod +x run.sh && ./run.sh", "CI=1 make -C sub", "make", "python3 missing.py",
        "jq . list.json", "jq -r '.a[]' list.json", "jq --arg x 1 '$x' list.json", "jq -n --slurpfile s list.json '$s'", "jq -c . list.json > out/j",
        "find sub -name '*.txt' -print0 | xargs -0 wc -l", "find sub -print0 | xargs -0 rm -rf", "find . -name '*.txt' -print0 | sort -z | xargs -0 head -n 1", "find sub -type f -print0 | xargs -0 -I{} cp {} {}.bak", "find sub src -type f -print0 | xargs -0 -n 1 touch", "find missing.txt -print0 | xargs -0 ls", "find empty -name x -print0 | xargs -0 ls", "find sub -print0 | xargs -0", "git ls-files -z | xargs -0 ls -l", "git ls-files -z '*.txt' | xargs -0 rm -f", "git diff --name-only -z | xargs -0 cat", "grep -rlZ a sub | xargs -0 touch", "grep -lZ a *.txt | xargs -0 cat", "find . -print0 | grep -zv git | xargs -0 ls -d",
        "find sub -execdir touch t \\;", "find sub -type f -execdir cp {} copy \\;", "find sub -name '*.txt' -exec sh -c 'cp \"$1\" out/' _ {} \\;", "find sub -name '*.txt' -exec sh -c 'cp \"$1\" \"$1.md\"' _ {} \\;", "find . -name '*.txt' -exec sh -c 'for f in \"$@\"; do touch \"$f\"; done' _ {} +", "find sub -type d -exec git -C {} status \\;", "find sub -type d -exec tar -C {} -cf out/t.tar . \\;", "find sub -type f -exec ln -s {} \\;", "find sub -type f -exec ln -s {} out \\;", "find sub -type f -exec gzip {} +", "find sub -type f -exec dd if={} of=out/dd \\;", "find sub -exec chmod u+w {} +", "find sub -type f -exec split -l 1 {} out/sp \\;",
        "x=$(mktemp) && cat a.txt > \"$x\" && rm \"$x\"", "d=$(mktemp -d -p out); touch \"$d/x\"; rm -r \"$d\"", "x=$(mktemp); echo hi > $x; cat $x; rm -f $x", "x=$(mktemp out/m.XXXX) && mv \"$x\" out/kept", "git config user.email a@b && git status", "git config core.pager cat; git log",
        "dd if=a.txt of=out/dd bs=1", "dd if=/dev/zero of=out/z bs=10 count=2 status=none", $"chmod 644 {File()}", "chmod -R u+w sub", "chmod -x a.txt", "mktemp out/tmp.XXXXXX", "mktemp -d -p out", "mktemp",
        "sqlite3 out/x.db 'create table if not exists t(a); insert into t values(1); select * from t'", "sqlite3 out/x.db .tables", "sqlite3 :memory: 'select 1'",
        "echo hi", "echo hi > out/e", "printf '%s\\n' a b > new.txt", "pwd", "cat < a.txt > out/copy", "read -r line < a.txt; echo \"$line\"", ": > out/empty", "echo {a,b} $((1+2))", "x=1; echo ${x:-$(cat a.txt)}", "cat a.txt b.txt | sort | uniq -c | sort -rn | head -n 2", "diff <(sort a.txt) <(sort b.txt)", "eval 'cat a.txt > out/ev'", "echo a.txt | xargs cat", "ls *.txt | xargs -n 1 wc -l", "cat a.txt | tee out/1 out/2 > /dev/null", "exec 3< a.txt; cat <&3", "trap 'echo bye > out/trap' EXIT; ls", "mapfile -t l < a.txt; echo ${#l[@]}", "[[ -f a.txt && -d sub ]] && cp a.txt out", "(cd sub && ls; touch t2)", "source sub/x.txt", "python3 --version", "true; false", "rsync -a sub/ out/", "tail -n 2 a.txt sub/x.txt", "timeout 1 tail -f a.txt", "printf a | gzip | zcat", "wait", "sleep 0", "ls & wait", "cat notes.md | while read -r a b; do echo $b; done", "curl -s -m 2 http://127.0.0.1:9/", "echo > /dev/tcp/127.0.0.1/9", "curl -s -m 2 -o out/c file://$PWD/a.txt", "perl -e 1", "busybox ls", "type ls", "command -v cat", "test -x /bin/ls && /bin/ls sub", "/usr/bin/cat a.txt", "mkdir -p out/p/q/r && touch out/p/q/r/s", "rmdir -p out/none", "cp -r sub out/", "cp --parents sub/x.txt out", "cp -a src/. out/", "mv sub out/", "mv -t out a.txt b.txt", "ln -s a.txt out/l && cat out/l", "ln -f a.txt out/hard", "rm -rf sub", "rm -r -- src", "install -D a.txt out/i/j", "install -d out/k/l", "split -l 1 a.txt out/sp", "csplit -f out/cs -s a.txt 2", "touch -r a.txt out/ref", "truncate -s 5 out/tr", "shuf -n 1 a.txt -o out/sh", "sort -o a.txt a.txt", "sort -T out a.txt", "uniq a.txt out/un", "xxd a.txt out/xx", "gzip -k a.txt", "gunzip -c archive.tgz", "xz -k a.txt", "bzip2 -k b.txt", "zip -q out/z.zip a.txt", "unzip -o -q z.zip", "patch -p0 < sub/x.txt", "ls -R", "du -a sub", "tree", "stat sub", "file a.txt src/*", "wc -l *", "grep -r a .", "grep -rl a sub src", "grep -f b.txt a.txt", "comm a.txt b.txt", "paste a.txt b.txt", "join a.txt b.txt", "cmp a.txt b.txt", "nohup ls", "env | sort", "env -i ls", "env -C sub ls", "xargs -a list.json echo", "flock out/lock cat a.txt", "find . | head -n 2", "sort --files0-from=b.txt", "date -r a.txt", "date", "id", "uname -a", "df .", "ps", "who", "nproc", "hostname", "tty", "locale", "printenv HOME",
    ]);

    private string TableProgram()
    {
        string name = Pick(FromTable);
        if (ProgramTable.Find(name) is not DeclaredProgram program)
        {
            return "true";
        }

        var words = new List<string> { name };
        ProgramOption[] options = [.. program.Options.All];
        OperandPattern? pattern = program.Operands;
        for (int i = _random.Next(4); i > 0 && options.Length > 0; i--)
        {
            ProgramOption option = options[_random.Next(options.Length)];
            if (Left.Contains($"{name} {option.Name}") || option.Name is "--help" or "--version" or "--filter" || option.Name.Contains('?'))
            {
                continue;
            }

            pattern = option.Operands ?? pattern;
            string value = Quoted(option.Role);
            bool isLong = option.Name.StartsWith("--", StringComparison.Ordinal) || program.Options.Style.HasFlag(OptionStyle.SingleDash);
            words.Add(option.Value switch
            {
                OptionValue.None => option.Name,
                OptionValue.Optional => Chance(50) ? option.Name : isLong ? $"{option.Name}={value}" : option.Name,
                _ => isLong && option.Name.StartsWith("--", StringComparison.Ordinal) && Chance(50) ? $"{option.Name}={value}" : !isLong && Chance(50) ? option.Name + value : $"{option.Name} {value}",
            });
            if (isLong && option.Name.Length > 6 && Chance(8))
            {
                words[^1] = words[^1].Replace(option.Name, option.Name[..^1], StringComparison.Ordinal);
            }
        }

        if (Chance(5))
        {
            words.Add("--");
        }

        foreach (WordRole role in pattern?.Roles ?? [])
        {
            for (int i = Chance(70) ? 1 : _random.Next(3); i > 0; i--)
            {
                words.Add(Quoted(role));
            }
        }

        if (Chance(4) && words.Count > 2)
        {
            words.Add(words[1]);
        }

        return string.Join(' ', words);
    }

    private string Quoted(WordRole role) => role switch
    {
        WordRole.Text => Pick(Texts),
        WordRole.Write or WordRole.Out => Chance(60) ? New() : Chance(50) ? Pick(Directories) : File(),
        WordRole.Delete or WordRole.Move or WordRole.Change or WordRole.Replace or WordRole.Rewritten or WordRole.Packed => Chance(80) ? File() : Pick(["sub", "src", "empty"]),
        WordRole.Path => Chance(70) ? File() : Pick(Directories),
        WordRole.Mode => Pick(["644", "u+x", "755"]),
        WordRole.Clock => "+%F",
        WordRole.Program or WordRole.Packer => Pick(["gzip", "cat"]),
        WordRole.Shell => Pick(["'cat > out/sh1'", "cat"]),
        WordRole.Privilege => "root",
        _ => File(),
    };

    private string File() => _random.Next(10) switch
    {
        <= 6 => Pick(Files),
        7 => Pick(Patterns),
        8 => Pick(["$HOME/h.txt", "\"$HOME\"/h.txt", "~/h.txt", "$PWD/a.txt", "\"$(echo a.txt)\"", "a'.t'xt", "a\\.txt", "$'a.txt'"]),
        _ => Pick(Directories),
    };

    private string New() => Pick(NewNames);

    private string Maybe(string text) => Chance(50) ? text : "";

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];

    public override string ToString() => seed.ToString(CultureInfo.InvariantCulture);
}
