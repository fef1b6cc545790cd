using System.Diagnostics;
using System.Text;

namespace IntentAuthz.Containment.Tests.Workspaces;

/// <summary>Files of a workspace, read and written while what is in it is hostile.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class WorkspaceTests : IDisposable
{
    private readonly string _outside = System.IO.Directory.CreateTempSubdirectory("workspace-test-").FullName;
    private readonly string _root;
    private readonly Workspace _workspace;

    public WorkspaceTests()
    {
        _root = Path.Combine(_outside, "workspace");
        System.IO.Directory.CreateDirectory(_root);
        File.WriteAllText(Path.Combine(_outside, "key"), "secret");
        _workspace = Workspace.Open(_root);
    }

    [Fact]
    public void Write_ThenRead_GivesTheSame()
    {
        _workspace.Write("a/b/c.txt", "hello"u8);

        Assert.Equal("hello"u8.ToArray(), _workspace.Read("a/b/c.txt"));
        Assert.Equal("hello"u8.ToArray(), _workspace.Read($"{_root}/a/./b//c.txt"));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(_root, "a/b/c.txt")));
        Assert.Empty(System.IO.Directory.GetFiles(Path.Combine(_root, "a/b"), ".write-*"));
    }

    [Fact]
    public void Append_AddsAtTheEndAndMakesTheFile()
    {
        _workspace.Append("log", "a"u8);
        _workspace.Append("log", "b"u8);

        Assert.Equal("ab"u8.ToArray(), _workspace.Read("log"));
    }

    [Fact]
    public void Write_OverAnExecutable_KeepsItsModeWithoutSetUserId()
    {
        _workspace.Write("run.sh", "old"u8);
        File.SetUnixFileMode(Path.Combine(_root, "run.sh"), (UnixFileMode)0x9ED); // 04755

        _workspace.Write("run.sh", "new"u8);

        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Path.Combine(_root, "run.sh")));
    }

    [Theory]
    [InlineData("../key")]
    [InlineData("a/../../key")]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/self/environ")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void Read_NoPathOfTheWorkspace_IsRefusedBeforeTheKernelIsAsked(string path) => Assert.Equal(WorkspaceError.BadPath, ErrorOf(() => _workspace.Read(path)));

    [Fact]
    public void Read_NoValidUnicode_IsRefused() => Assert.Equal(WorkspaceError.BadPath, ErrorOf(() => _workspace.Read("\ud800")));

    [Fact]
    public void Read_RootsPathAsAPrefixOfAnother_IsRefused()
    {
        System.IO.Directory.CreateDirectory(_root + "-other");
        File.WriteAllText(_root + "-other/x", "x");

        Assert.Equal(WorkspaceError.BadPath, ErrorOf(() => _workspace.Read(_root + "-other/x")));
    }

    [Theory]
    [InlineData("link", "../key")]
    [InlineData("link", "{outside}/key")]
    [InlineData("link", "/proc/self/root/etc/passwd")]
    public void Read_ThroughASymbolicLink_IsRefused(string name, string target)
    {
        File.CreateSymbolicLink(Path.Combine(_root, name), target.Replace("{outside}", _outside, StringComparison.Ordinal));

        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Read(name)));
    }

    [Fact]
    public void Everything_ThroughALinkedDirectory_IsRefused()
    {
        System.IO.Directory.CreateSymbolicLink(Path.Combine(_root, "dir"), _outside);
        System.IO.Directory.CreateSymbolicLink(Path.Combine(_root, "proc"), "/proc/self/fd");

        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Read("dir/key")));
        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Write("dir/made", "x"u8)));
        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Append("dir/key", "x"u8)));
        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Delete("dir/key")));
        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.MakeDirectory("dir/made")));
        Assert.Contains(ErrorOf(() => _workspace.List("dir")), (WorkspaceError[])[WorkspaceError.Outside, WorkspaceError.WrongKind]);
        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Read("proc/0")));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_outside, "key")));
        Assert.False(Path.Exists(Path.Combine(_outside, "made")));
    }

    [Fact]
    public void Write_OnASymbolicLink_ReplacesTheLinkAndNotItsTarget()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "link"), Path.Combine(_outside, "key"));

        _workspace.Write("link", "mine"u8);

        Assert.Equal("secret", File.ReadAllText(Path.Combine(_outside, "key")));
        Assert.Equal("mine"u8.ToArray(), _workspace.Read("link"));
    }

    [Fact]
    public void Append_OnADanglingLink_MakesNothingOutside()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "link"), Path.Combine(_outside, "made"));

        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => _workspace.Append("link", "x"u8)));
        Assert.False(File.Exists(Path.Combine(_outside, "made")));
    }

    [Fact]
    public async Task HardLink_ToAFileOutside_IsNotReadAndNotWrittenThrough()
    {
        await RunAsync("ln", Path.Combine(_outside, "key"), Path.Combine(_root, "hard"));

        Assert.Equal(WorkspaceError.HardLinked, ErrorOf(() => _workspace.Read("hard")));
        Assert.Equal(WorkspaceError.HardLinked, ErrorOf(() => _workspace.Append("hard", "x"u8)));
        _workspace.Write("hard", "mine"u8);

        Assert.Equal("secret", File.ReadAllText(Path.Combine(_outside, "key")));
        Assert.Equal("mine"u8.ToArray(), _workspace.Read("hard"));
    }

    [Fact]
    public async Task PipesAndSockets_AreNotOpenedAndDoNotBlock()
    {
        await RunAsync("mkfifo", Path.Combine(_root, "pipe"));
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_root, "sock")));

        Assert.Equal(WorkspaceError.WrongKind, ErrorOf(() => _workspace.Read("pipe")));
        Assert.Equal(WorkspaceError.WrongKind, ErrorOf(() => _workspace.Append("pipe", "x"u8)));
        Assert.Equal(WorkspaceError.WrongKind, ErrorOf(() => _workspace.Read("sock")));
        Assert.Equal([WorkspaceEntryKind.Other, WorkspaceEntryKind.Other], _workspace.List().Select(static e => e.Kind));
    }

    [Fact]
    public void Mount_BelowTheWorkspace_IsNotCrossed()
    {
        using Workspace root = Workspace.Open("/");

        Assert.Equal(WorkspaceError.Outside, ErrorOf(() => root.Read("proc/self/environ")));
    }

    [Fact]
    public void ListFindDelete_DoWhatTheySay()
    {
        _workspace.Write("b", "12"u8);
        _workspace.Write("a/x", ""u8);

        Assert.Equal([new WorkspaceEntry("a", WorkspaceEntryKind.Directory, 0), new WorkspaceEntry("b", WorkspaceEntryKind.File, 2)], _workspace.List());
        Assert.Equal([new WorkspaceEntry("a/x", WorkspaceEntryKind.File, 0)], _workspace.List("a"));
        Assert.Null(_workspace.Find("c"));
        Assert.Null(_workspace.Find("c/d"));
        Assert.Equal(WorkspaceError.NotEmpty, ErrorOf(() => _workspace.Delete("a")));
        _workspace.Delete("a/x");
        _workspace.Delete("a");
        Assert.Null(_workspace.Find("a"));
        Assert.Equal(WorkspaceError.NotFound, ErrorOf(() => _workspace.Read("a")));
        Assert.Equal(WorkspaceError.WrongKind, ErrorOf(() => _workspace.Delete(".")));
    }

    [Fact]
    public void Write_MoreThanTheWorkspaceMayHold_IsRefusedAndRoomComesBack()
    {
        using Workspace small = Workspace.Open(_root, new WorkspaceLimits { MaxBytes = 10, MaxEntries = 3, MaxFileBytes = 8 });

        Assert.Equal(WorkspaceError.TooLarge, ErrorOf(() => small.Write("a", new byte[9])));
        small.Write("a", new byte[8]);
        Assert.Equal(WorkspaceError.QuotaExceeded, ErrorOf(() => small.Write("b", new byte[3])));
        small.Write("a", new byte[4]);
        small.Write("b", new byte[3]);
        Assert.Equal(WorkspaceError.QuotaExceeded, ErrorOf(() => small.Append("b", new byte[4])));
        small.Write("c", []);
        Assert.Equal(WorkspaceError.QuotaExceeded, ErrorOf(() => small.Write("d", [])));
        small.Delete("c");
        small.Write("d", []);
        Assert.Equal(new WorkspaceUsage(7, 3, true), small.Measure());
    }

    [Fact]
    public async Task Write_FromManyThreads_NeverPassesTheQuota()
    {
        using Workspace small = Workspace.Open(_root, new WorkspaceLimits { MaxBytes = 1000, MaxEntries = 1000 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                try
                {
                    small.Write($"f{t}-{i}", new byte[17]);
                }
                catch (WorkspaceException e) when (e.Error == WorkspaceError.QuotaExceeded)
                {
                }
            }
        })));

        WorkspaceUsage used = small.Measure();
        Assert.Equal(58 * 17, used.Bytes); // as much as fits, and no more
    }

    [Fact]
    public void ChangesSince_NamesWhatWasAddedChangedAndRemoved()
    {
        _workspace.Write("same", "1"u8);
        _workspace.Write("changed", "1"u8);
        _workspace.Write("mode", "1"u8);
        _workspace.Write("gone/x", "1"u8);
        WorkspaceSnapshot before = _workspace.TakeSnapshot();

        _workspace.Write("same", "1"u8); // another inode, the same contents
        _workspace.Write("changed", "2"u8);
        File.SetUnixFileMode(Path.Combine(_root, "mode"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _workspace.Delete("gone/x");
        _workspace.Write("new/y", ""u8);
        WorkspaceChanges changes = _workspace.ChangesSince(before);

        Assert.Equal(["new", "new/y"], changes.Added.AsEnumerable());
        Assert.Equal(["changed", "mode"], changes.Changed.AsEnumerable());
        Assert.Equal(["gone/x"], changes.Removed.AsEnumerable());
        Assert.True(changes.IsComplete);
    }

    [Fact]
    public void ChangesSince_MoreThanIsLookedAt_SaysSo()
    {
        using Workspace small = Workspace.Open(_root, new WorkspaceLimits { MaxEntries = 2 });
        WorkspaceSnapshot before = small.TakeSnapshot();
        _workspace.Write("a", ""u8);
        _workspace.Write("b", ""u8);
        _workspace.Write("c", ""u8);

        Assert.False(small.ChangesSince(before).IsComplete);
        Assert.False(small.Measure().IsComplete);
    }

    [Fact]
    public void DeepDirectories_AreCountedWithinBoundsAndEndNoProcess()
    {
        // Deeper than any path can name: made step by step, as a process would.
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = _root, ArgumentList = { "-c", "i=0; while [ $i -lt 2000 ]; do mkdir d && cd -P d || exit 1; i=$((i+1)); done" } };
        using Process process = Process.Start(start)!;
        process.WaitForExit();

        Assert.False(_workspace.Measure().IsComplete);
        Assert.False(_workspace.TakeSnapshot().IsComplete);
    }

    [Fact]
    public async Task Read_WhileADirectoryIsSwappedForALink_NeverReadsOutside()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(_root, "real"));
        File.WriteAllText(Path.Combine(_root, "real/key"), "inside");
        System.IO.Directory.CreateSymbolicLink(Path.Combine(_root, "evil"), _outside);
        using CancellationTokenSource enough = new();
        Task swapping = Swap("real", "evil", "dir", enough.Token);
        int read = 0;
        int refused = 0;
        Stopwatch time = Stopwatch.StartNew();
        while (time.Elapsed < Duration || ((read == 0 || refused == 0) && time.Elapsed < TimeSpan.FromMinutes(1)))
        {
            try
            {
                Assert.Equal("inside", Encoding.UTF8.GetString(_workspace.Read("dir/key")));
                read++;
            }
            catch (WorkspaceException)
            {
                refused++;
            }
        }

        await enough.CancelAsync();
        await swapping;
        Assert.True(read > 0 && refused > 0, $"the race was not run: {read} reads, {refused} refusals");
    }

    [Fact]
    public async Task WriteAndDelete_WhileADirectoryIsSwappedForALink_NeverTouchOutside()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(_root, "real"));
        System.IO.Directory.CreateSymbolicLink(Path.Combine(_root, "evil"), _outside);
        using CancellationTokenSource enough = new(Duration);
        Task swapping = Swap("real", "evil", "dir", enough.Token);
        int written = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                _workspace.Write("dir/made", "x"u8);
                written++;
                _workspace.Append("dir/key", "x"u8);
                _workspace.Delete("dir/key");
            }
            catch (WorkspaceException)
            {
            }
        }

        await swapping;
        Assert.True(written > 0, "the race was not run");
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_outside, "key")));
        Assert.Equal(["key", "workspace"], System.IO.Directory.GetFileSystemEntries(_outside).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Read_WhileAFileIsSwappedForAPipeAndALink_NeitherBlocksNorReadsOutside()
    {
        await RunAsync("mkfifo", Path.Combine(_root, "pipe"));
        File.WriteAllText(Path.Combine(_root, "plain"), "inside");
        File.CreateSymbolicLink(Path.Combine(_root, "link"), Path.Combine(_outside, "key"));
        using CancellationTokenSource enough = new(Duration);
        Task swapping = Task.WhenAll(Swap("plain", "pipe", "at", enough.Token), Swap("link", "link", "at", enough.Token));
        while (!enough.IsCancellationRequested)
        {
            try
            {
                Assert.NotEqual("secret", Encoding.UTF8.GetString(_workspace.Read("at")));
            }
            catch (WorkspaceException)
            {
            }
        }

        await swapping;
    }

    public void Dispose()
    {
        _workspace.Dispose();
        Process.Start(new ProcessStartInfo("rm", ["-rf", _outside]))!.WaitForExit();
    }

    private static TimeSpan Duration => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(700);

    /// <summary>Puts the one and the other at a path, again and again.</summary>
    private Task Swap(string one, string other, string at, CancellationToken enough) => Task.Run(() =>
    {
        string Full(string name) => Path.Combine(_root, name);
        while (!enough.IsCancellationRequested)
        {
            foreach (string name in (string[])[one, other])
            {
                try
                {
                    System.IO.Directory.Move(Full(name), Full(at)); // rename(2), whatever it is
                    Thread.Yield();
                    System.IO.Directory.Move(Full(at), Full(name));
                }
                catch (IOException)
                {
                }
            }
        }
    }, CancellationToken.None);

    private static WorkspaceError ErrorOf(Action action) => Assert.Throws<WorkspaceException>(action).Error;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
