using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;

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

    /// <summary>
    /// The last batch of a file fills the disk to the byte, so that the mark of the file's end finds no room: the batch was kept all the same, and who
    /// asked for it must not be told to come again.
    /// </summary>
    [SmallDiskFact]
    public async Task Append_WhereOnlyTheMarkOfTheEndDidNotFit_KeepsTheBatchOnce()
    {
        const int Page = 4096;
        DecisionFileOptions small = new() { MaxFileBytes = 64 * 1024, BlockBytes = Page };
        using DecisionKey key = new("2026-03", RandomNumberGenerator.GetBytes(DecisionKey.Size));
        RecordedDecision[] few = await DecideAsync(1_000, 3_000);
        long header = await LengthAsync(key, small), each = await LengthAsync(key, small, few[0]) - header, overhead = await LengthAsync(key, small, few[1]) - header - 3_000;
        int count = (int)((small.MaxFileBytes - 1 - header) / each); // as many as leave the file just too short to be ended
        int last = (int)(small.MaxFileBytes + Page - 8 - header - (count * each) - overhead);
        RecordedDecision[] decisions = await DecideAsync([.. Enumerable.Repeat(1_000, count), last, 10]);
        string mount = await SmallDisk.MountAsync(megabytes: 1);
        try
        {
            string ballast = Path.Combine(mount, "ballast"), first = Path.Combine(mount, "decisions.00000001.iad");
            using (FileDecisionStore store = new(mount, key, small))
            {
                foreach (RecordedDecision decision in decisions[..count])
                {
                    await store.AppendAsync(new[] { decision }, CancellationToken.None);
                }

                Fill(ballast);
                using (FileStream file = new(ballast, FileMode.Open))
                {
                    file.SetLength(file.Length - Page);
                }

                await store.AppendAsync(new[] { decisions[count] }, CancellationToken.None);

                Assert.Equal(small.MaxFileBytes + Page - 8, new FileInfo(first).Length); // or the test is not of what it says
                File.Delete(ballast);
                await store.AppendAsync(new[] { decisions[^1] }, CancellationToken.None);
            }

            Assert.Equal(decisions.Select(static d => d.Call), FileDecisionStore.ReadAll(mount, key).Select(static d => d.Call));
        }
        finally
        {
            await SmallDisk.UnmountAsync(mount);
        }
    }

    /// <summary>Decisions over a text of each length.</summary>
    private static async Task<RecordedDecision[]> DecideAsync(params int[] lengths)
    {
        string directory = Directory.CreateTempSubdirectory("decisions").FullName;
        try
        {
            using DecisionKey key = new("2026-03", RandomNumberGenerator.GetBytes(DecisionKey.Size));
            ServiceCollection services = new();
            services.AddIntentAuthz(host => host
                .AddPolicies(PolicySource.Text("""
                    permit(principal is IntentAuthz::Person, action, resource);
                    permit(principal is IntentAuthz::Agent, action == Action::"read", resource) when { context.input.text != "" };
                    """))
                .AddTool(ToolDescriptor.For("read").InputSchema("""{"properties":{"text":{"type":"string"}},"required":["text"]}""").Idempotent())
                .UseDecisionFiles(directory, key)
                .UseAuditSink(new InMemoryAuditSink()));
            TenantId tenant = new("acme");
            await using (ServiceProvider provider = services.BuildServiceProvider())
            {
                Guard guard = provider.GetRequiredService<Guard>();
                AgentTask task = (await guard.Tasks.OpenAsync(
                    new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
                    Principal.Person("carl", tenant))).GetTaskOrThrow();
                foreach (int length in lengths)
                {
                    await guard.InvokeAsync(
                        task, new ToolCall("read", $$"""{"text":"{{new string('x', length)}}"}"""), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("rows")));
                }
            }

            return [.. FileDecisionStore.ReadAll(directory, key).Where(static d => d.Call is not null)];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>How long a file is of these, one batch each, before its end is marked.</summary>
    private static async Task<long> LengthAsync(DecisionKey key, DecisionFileOptions options, params RecordedDecision[] decisions)
    {
        string directory = Directory.CreateTempSubdirectory("decisions").FullName;
        try
        {
            using FileDecisionStore store = new(directory, key, options);
            foreach (RecordedDecision decision in decisions)
            {
                await store.AppendAsync(new[] { decision }, CancellationToken.None);
            }

            return new FileInfo(Path.Combine(directory, "decisions.00000001.iad")).Length;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
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
