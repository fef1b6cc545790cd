using System.Diagnostics;

namespace IntentAuthz.Tests.Audit;

/// <summary>What somebody else does to the log's file under its writer: no record is acknowledged that is not in the log, and nothing of theirs is taken away.</summary>
public sealed class JsonLinesFileChangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("audit").FullName;

    private string LogPath => Path.Combine(_folder, "audit.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Write_FileReplacedByACopy_FailsUntilItIsBack()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there it cannot be replaced
        }

        string kept = Path.Combine(_folder, "kept");
        await using (JsonLinesAuditSink sink = new(LogPath))
        {
            await WriteAsync(sink, "one");
            File.Move(LogPath, kept);
            File.Copy(kept, LogPath);
            byte[] copy = await File.ReadAllBytesAsync(LogPath);

            for (int i = 0; i < 3; i++)
            {
                IOException gone = await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, "two"));
                Assert.Contains("replaced", gone.Message, StringComparison.Ordinal);
            }

            Assert.Equal(copy, await File.ReadAllBytesAsync(LogPath));
            File.Move(kept, LogPath, overwrite: true);
            await WriteAsync(sink, "two");
        }

        AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(LogPath));
        Assert.Equal((true, true, 2L), (found.IsIntact, found.IsClosed, found.Records));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Write_FileThatWasCut_FailsAndLeavesIt(int length)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using JsonLinesAuditSink sink = new(LogPath);
        await WriteAsync(sink, "one");
        long cut = length < 0 ? new FileInfo(LogPath).Length + length : length;
        SetLength(cut);

        IOException touched = await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, "two"));

        Assert.Contains("was cut", touched.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, "two"));
        Assert.Equal(cut, new FileInfo(LogPath).Length);
    }

    [Fact]
    public async Task Write_LineOfSomebodyElse_FailsAndKeepsTheLine()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using (JsonLinesAuditSink sink = new(LogPath))
        {
            await WriteAsync(sink, "one");
            Append("theirs\n");
            await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, "two"));
        }

        Assert.EndsWith("theirs\n", await File.ReadAllTextAsync(LogPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("hard link")]
    [InlineData("lock file deleted")]
    public async Task Open_FileThatIsWrittenUnderAnotherName_IsRefused(string how)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using JsonLinesAuditSink sink = new(LogPath);
        await WriteAsync(sink, "one");
        string other = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName, "log.jsonl");
        switch (how)
        {
            case "symbolic link":
                File.CreateSymbolicLink(other, LogPath);
                break;
            case "hard link":
                using (Process link = Process.Start("ln", [LogPath, other]))
                {
                    await link.WaitForExitAsync();
                }

                break;
            default:
                other = LogPath;
                File.Delete(LogPath + ".lock");
                break;
        }

        IOException refusal = Assert.Throws<IOException>(() => new JsonLinesAuditSink(other));

        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, AuditVerifier.Verify(AuditLog.JsonLines(other)).Records); // readers are not kept out, nor do they end the lock
        Assert.Throws<IOException>(() => new JsonLinesAuditSink(other));
        await WriteAsync(sink, "two");
    }

    [Fact]
    public async Task Write_NextFile_IsLockedToo()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using JsonLinesAuditSink sink = new(LogPath, new AuditFileOptions { MaxFileBytes = 64 * 1024 });
        await WriteAsync(sink, [.. Enumerable.Repeat("more", 500)]);
        await WriteAsync(sink, "more");
        Assert.Single(Directory.GetFiles(_folder, "audit.0*.jsonl"));
        File.Delete(LogPath + ".lock");

        Assert.Throws<IOException>(() => new JsonLinesAuditSink(LogPath));
    }

    [Fact]
    public async Task Write_ThroughALink_PutsFullFilesBesideTheFileItself()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string link = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "links")).FullName, "log.jsonl");
        File.CreateSymbolicLink(link, LogPath);
        await using (JsonLinesAuditSink sink = new(link, new AuditFileOptions { MaxFileBytes = 64 * 1024 }))
        {
            for (int i = 0; i < 3; i++)
            {
                await WriteAsync(sink, [.. Enumerable.Repeat("more", 500)]);
            }
        }

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.NotEmpty(Directory.GetFiles(_folder, "audit.0*.jsonl"));
        foreach (string path in (string[])[link, LogPath])
        {
            AuditVerification found = AuditVerifier.Verify(AuditLog.JsonLines(path));
            Assert.True(found.IsIntact && found.Records == 1_500, string.Join('\n', found.Findings));
        }
    }

    private static Task WriteAsync(JsonLinesAuditSink sink, params string[] explanations) => sink.WriteAsync(
        explanations.Select(static e => new AuditRecord { Kind = AuditKind.Outcome, Time = default, ReasonCode = ReasonCodes.Completed, Explanation = e }).ToArray(),
        CancellationToken.None).AsTask();

    private void SetLength(long length)
    {
        using FileStream file = new(LogPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    private void Append(string text)
    {
        using FileStream file = new(LogPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
