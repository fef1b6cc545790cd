using System.Security.Cryptography;

namespace IntentAuthz.Tests.Replay;

/// <summary>Files that nobody changes unnoticed, and that nobody reads without the key.</summary>
public sealed class DecisionFileTests : IDisposable
{
    private static bool IsLong => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    private readonly string _directory = Directory.CreateTempSubdirectory("decisions").FullName;
    private readonly DecisionKey _key = new("2026-03", RandomNumberGenerator.GetBytes(DecisionKey.Size));

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task ReadAll_WhatWasAppended_ComesBackInOrder()
    {
        await WriteAsync(0, 2_500);
        await WriteAsync(2_500, 100);

        Assert.Equal(Enumerable.Range(0, 2_600).Select(static n => (long)n), FileDecisionStore.ReadAll(_directory, _key).Select(Samples.NumberOf));
        Assert.Equal(2, Files().Length);
    }

    [Fact]
    public async Task Append_FileIsFull_GoesOnInTheNext()
    {
        await WriteAsync(0, 5_000, batch: 500, new DecisionFileOptions { MaxFileBytes = 64 * 1024, BlockBytes = 4096 });

        Assert.True(Files().Length > 3, $"{Files().Length} files");
        Assert.Equal(5_000, (await ReplayAsync()).Decisions);
        Assert.Empty((await ReplayAsync()).Unfinished);
    }

    [Fact]
    public async Task Files_HoldNothingReadable()
    {
        using (FileDecisionStore store = new(_directory, _key))
        {
            await store.AppendAsync(new[] { Samples.Numbered(1, "ACME-4711-confidential") }, CancellationToken.None);
        }

        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Files()[0]));
        Assert.DoesNotContain("ACME", text, StringComparison.Ordinal);
        Assert.Contains("2026-03", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files()[0]));
        }
    }

    [Fact]
    public async Task Files_OfTheSameDecisionsAndKey_ShareNoBlock()
    {
        RecordedDecision decision = Samples.Numbered(1, new string('x', 200));
        for (int i = 0; i < 2; i++)
        {
            using FileDecisionStore store = new(_directory, _key);
            await store.AppendAsync(new[] { decision }, CancellationToken.None);
        }

        byte[] first = File.ReadAllBytes(Files()[0]);
        byte[] second = File.ReadAllBytes(Files()[1]);
        Assert.Equal(first.Length, second.Length);
        int alike = first.Zip(second).Skip(150).Count(static p => p.First == p.Second);
        Assert.True(alike < first.Length / 4, $"{alike} bytes are alike");
    }

    [Fact]
    public async Task AnyBit_ThatIsFlipped_IsFoundAndTheFileNamed()
    {
        await WriteAsync(0, 60, batch: 20);
        string file = Files()[0];
        byte[] whole = File.ReadAllBytes(file);
        Random random = new(20260302);
        int[] places = IsLong ? [.. Enumerable.Range(0, whole.Length)] : [.. Enumerable.Range(0, 160), .. Enumerable.Range(0, 300).Select(_ => random.Next(whole.Length))];
        foreach (int at in places)
        {
            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, changed);

            ReplayResult result = await ReplayAsync();

            Assert.True(result.Problems.Length + result.Unfinished.Length > 0, $"a bit at byte {at} of {whole.Length} was flipped, and nothing was found");
            Assert.All(result.Problems.Concat(result.Unfinished), p => Assert.Contains(Path.GetFileName(file), p, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task AnyCut_OfTheNewestFile_LosesWhatWasCutAndSaysWhere()
    {
        await WriteAsync(0, 60, batch: 20);
        string file = Files()[0];
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length < whole.Length; length += IsLong ? 1 : 13)
        {
            File.WriteAllBytes(file, whole[..length]);

            ReplayResult result = await ReplayAsync();

            Assert.Empty(result.Problems);
            Assert.Contains(Path.GetFileName(file), Assert.Single(result.Unfinished), StringComparison.Ordinal);
            Assert.True(result.Decisions is 0 or 20 or 40 or 60, $"{result.Decisions} decisions of a file cut at {length}");
        }
    }

    [Fact]
    public async Task Cut_OfAFileBehindWhichOthersCame_IsAProblem()
    {
        await WriteAsync(0, 20);
        await WriteAsync(20, 20);
        string file = Files()[0];
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^100]);

        ReplayResult result = await ReplayAsync();

        Assert.Contains("was cut", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.Equal(20, result.Decisions);
    }

    [Theory]
    [InlineData("swapped")]
    [InlineData("twice")]
    [InlineData("taken out")]
    [InlineData("renumbered")]
    [InlineData("of another file")]
    public async Task Blocks_ThatAreNotWhereTheyWereWritten_AreFound(string how)
    {
        await WriteAsync(0, 60, batch: 20);
        await WriteAsync(60, 60, batch: 20);
        string file = Files()[0];
        (byte[] header, List<byte[]> blocks) = Split(file);
        switch (how)
        {
            case "swapped":
                (blocks[0], blocks[1]) = (blocks[1], blocks[0]);
                break;
            case "twice":
                blocks.Insert(1, blocks[0]);
                break;
            case "taken out":
                blocks.RemoveAt(1);
                break;
            case "renumbered":
                (blocks[0], blocks[1]) = (blocks[1], blocks[0]);
                blocks[0][12] = 0;
                blocks[1][12] = 1;
                break;
            default:
                blocks[1] = Split(Files()[1]).Blocks[1];
                break;
        }

        File.WriteAllBytes(file, [.. header, .. blocks.SelectMany(static b => b)]);

        ReplayResult result = await ReplayAsync();

        Assert.NotEmpty(result.Problems);
        Assert.All(result.Problems, p => Assert.Contains(Path.GetFileName(file) + ", block ", p, StringComparison.Ordinal));
        Assert.InRange(result.Decisions, 60, 119);
    }

    [Fact]
    public async Task EndMark_PutBehindFewerBlocks_IsFound()
    {
        await WriteAsync(0, 60, batch: 20);
        (byte[] header, List<byte[]> blocks) = Split(Files()[0]);
        byte[] end = blocks[^1];
        end[12] = 1; // its number, so that it follows on the first block
        File.WriteAllBytes(Files()[0], [.. header, .. blocks[0], .. end]);

        Assert.Contains("altered or moved", Assert.Single((await ReplayAsync()).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherKey_OfTheSameName_IsSaidToBeAnother()
    {
        await WriteAsync(0, 10);
        using DecisionKey other = new("2026-03", RandomNumberGenerator.GetBytes(DecisionKey.Size));

        Assert.Contains("the key '2026-03' is another", Assert.Single((await ReplayAsync(other)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyThatIsNotAtHand_IsNamed()
    {
        await WriteAsync(0, 10);
        using DecisionKey other = new("2026-04", RandomNumberGenerator.GetBytes(DecisionKey.Size));

        Assert.Contains("'2026-03', which is not at hand", Assert.Single((await ReplayAsync(other)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_RenamedIntoAnotherPlace_IsFound()
    {
        await WriteAsync(0, 10);
        await WriteAsync(10, 10);
        File.Move(Files()[1], Path.Combine(_directory, "decisions.00000003.iad"));

        ReplayResult result = await ReplayAsync();

        Assert.Equal(2, result.Problems.Length);
        Assert.Contains(result.Problems, static p => p.Contains("decisions.00000002.iad is missing", StringComparison.Ordinal));
        Assert.Contains(result.Problems, static p => p.Contains("written as file 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Length_ThatIsHuge_TakesNoMemory()
    {
        await WriteAsync(0, 10);
        (byte[] header, List<byte[]> blocks) = Split(Files()[0]);
        blocks[0].AsSpan(0, 4).Fill(0x7F);
        File.WriteAllBytes(Files()[0], [.. header, .. blocks[0]]);

        Assert.Contains("was altered", Assert.Single((await ReplayAsync()).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_AfterACrash_KeepsWhatWasAcknowledgedAndGoesOn()
    {
        await WriteAsync(0, 60, batch: 20);
        string file = Files()[0];
        byte[] whole = File.ReadAllBytes(file);
        (byte[] header, List<byte[]> blocks) = Split(file);
        int firstTwo = header.Length + blocks[0].Length + blocks[1].Length;
        for (int length = firstTwo; length < firstTwo + blocks[2].Length; length += 97)
        {
            foreach (string old in Files())
            {
                File.Delete(old);
            }

            File.WriteAllBytes(file, whole[..length]); // its process died while it wrote the third block
            await WriteAsync(60, 20);

            ReplayResult result = await ReplayAsync();

            Assert.Empty(result.Problems);
            Assert.Equal(60, result.Decisions);
            Assert.Contains(Path.GetFileName(file), Assert.Single(result.Unfinished), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task File_CopiedUnderAnotherSpellingOfItsNumber_IsNotReadTwice()
    {
        await WriteAsync(0, 10);
        File.Copy(Files()[0], Path.Combine(_directory, "decisions.1.iad"));
        File.Copy(Files()[0], Path.Combine(_directory, "decisions.000000001.iad"));

        Assert.Equal(10, (await ReplayAsync()).Decisions);
    }

    [Fact]
    public async Task Open_NumberBehindWhichThereIsNoOther_IsRefused()
    {
        await WriteAsync(0, 10);
        byte[] bytes = File.ReadAllBytes(Files()[0]);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(40), DecisionFiles.MaxNumber);
        File.WriteAllBytes(DecisionFiles.PathOf(_directory, DecisionFiles.MaxNumber), bytes);

        Assert.Contains("move it away", Assert.Throws<IOException>(() => new FileDecisionStore(_directory, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatWasRenamed_IsRefused()
    {
        await WriteAsync(0, 10);
        File.Move(Files()[0], DecisionFiles.PathOf(_directory, 7));

        Assert.Contains("has another name now", Assert.Throws<DecisionStoreException>(() => new FileDecisionStore(_directory, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_IsRefused()
    {
        using FileDecisionStore store = new(_directory, _key);

        Assert.Contains("another process", Assert.Throws<IOException>(() => new FileDecisionStore(_directory, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileOfSomethingElse_IsRefused()
    {
        File.WriteAllText(Path.Combine(_directory, "decisions.00000001.iad"), "something else, long enough to be told from a header that was cut");

        Assert.Contains("no file of a decision store", Assert.Throws<DecisionStoreException>(() => new FileDecisionStore(_directory, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_DecisionLargerThanABlock_IsLeftOutAndCounted()
    {
        using (FileDecisionStore store = new(_directory, _key))
        {
            RecordedDecision[] decisions = [Samples.Numbered(1), Samples.Numbered(2, new string('x', 17 * 1024 * 1024)), Samples.Numbered(3)];
            await store.AppendAsync(decisions, CancellationToken.None);
            Assert.Equal(1, store.OversizedDecisions);
        }

        Assert.Equal([1, 3], FileDecisionStore.ReadAll(_directory, _key).Select(Samples.NumberOf));
    }

    [Fact]
    public void Parse_Key_TakesBase64AndHex()
    {
        byte[] key = RandomNumberGenerator.GetBytes(DecisionKey.Size);
        foreach (string text in new[] { Convert.ToBase64String(key), Convert.ToHexString(key), Convert.ToHexStringLower(key) + "\r\n" })
        {
            using DecisionKey parsed = DecisionKey.Parse("k", System.Text.Encoding.UTF8.GetBytes(text));
            byte[] copy = new byte[DecisionKey.Size];
            Assert.True(parsed.TryCopyKey("k", copy));
            Assert.Equal(key, copy);
        }

        FormatException refused = Assert.Throws<FormatException>(() => DecisionKey.Parse("k", "a password, as people have it"u8));
        Assert.DoesNotContain("password", refused.Message, StringComparison.Ordinal);
    }

    private string[] Files() => [.. Directory.GetFiles(_directory, "*.iad").Order(StringComparer.Ordinal)];

    private async Task WriteAsync(int first, int count, int batch = 100, DecisionFileOptions? options = null)
    {
        using FileDecisionStore store = new(_directory, _key, options);
        for (int at = first; at < first + count; at += batch)
        {
            await store.AppendAsync(Enumerable.Range(at, Math.Min(batch, first + count - at)).Select(static n => Samples.Numbered(n)).ToArray(), CancellationToken.None);
        }
    }

    private Task<ReplayResult> ReplayAsync(IDecisionKeyProvider? key = null) =>
        new DecisionReplay([PolicySource.Text("permit(principal, action, resource);")], new ReplayOptions { MaxParallelism = 2 }).RunAsync(_directory, key ?? _key);

    private static (byte[] Header, List<byte[]> Blocks) Split(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int header = 50 + "2026-03".Length + 32;
        List<byte[]> blocks = [];
        for (int at = header; at < bytes.Length;)
        {
            int length = BlockFrame.Size + BlockCipher.TagSize + BlockFrame.Read(bytes.AsSpan(at)).Length;
            blocks.Add(bytes[at..(at + length)]);
            at += length;
        }

        return (bytes[..header], blocks);
    }
}
