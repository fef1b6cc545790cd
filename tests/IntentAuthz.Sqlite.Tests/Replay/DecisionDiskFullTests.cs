using System.Security.Cryptography;

namespace IntentAuthz.Sqlite.Tests.Replay;

/// <summary>A decision store whose disk was full. Here, since here is a small file system; where none can be mounted it is skipped.</summary>
public sealed class DecisionDiskFullTests
{
    [SmallDiskFact]
    public async Task Append_NextFileDidNotFit_GoesOnOnceThereIsRoom()
    {
        string mount = await SmallDisk.MountAsync(megabytes: 1);
        try
        {
            using DecisionKey key = new("2026-03", RandomNumberGenerator.GetBytes(DecisionKey.Size));
            string ballast = Path.Combine(mount, "ballast"), next = Path.Combine(mount, "decisions.00000002.iad");
            Fill(ballast);
            Assert.ThrowsAny<IOException>(() => new FileDecisionStore(mount, key)); // the first file does not fit
            Assert.Empty(Directory.GetFiles(mount, "*.iad"));
            File.Delete(ballast);
            using (new FileDecisionStore(mount, key))
            {
            }

            Fill(ballast);
            for (int i = 0; i < 2; i++)
            {
                IOException full = Assert.ThrowsAny<IOException>(() => new FileDecisionStore(mount, key));
                Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
                Assert.False(File.Exists(next));
            }

            File.Delete(ballast);
            using (FileDecisionStore store = new(mount, key))
            {
                await store.AppendAsync(default, CancellationToken.None);
            }

            Assert.True(File.Exists(next));
        }
        finally
        {
            await SmallDisk.UnmountAsync(mount);
        }
    }

    private static void Fill(string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // The disk is full, as it should be.
        }
    }
}
