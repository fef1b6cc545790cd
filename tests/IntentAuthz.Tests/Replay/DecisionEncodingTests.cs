using CsCheck;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Replay;

/// <summary>What is written is what is read, and bytes that nobody wrote are an error, never a crash or a flood.</summary>
public sealed class DecisionEncodingTests
{
    [Fact]
    public void Decode_WhatWasEncoded_IsTheSame() => Samples.Decision.Array[1, 12].Sample(
        decisions => Decode(Encode(decisions)).Select(Samples.Describe).SequenceEqual(decisions.Select(Samples.Describe), StringComparer.Ordinal), iter: 1_500);

    [Fact]
    public void Encode_SameObjectsAgain_AreNumbers()
    {
        RecordedDecision decision = Samples.Numbered(1, new string('x', 10_000));

        int one = Encode([decision]).Length;
        int two = Encode([decision, decision]).Length;

        Assert.True(two - one < 64, $"the second time took {two - one} bytes");
    }

    [Fact]
    public void Decode_DeepestValueThereIs_IsRead()
    {
        CedarValue value = 1L;
        for (int depth = 0; depth < CedarLimits.MaxValueDepth - 2; depth++)
        {
            value = CedarSet.Create([value]);
        }

        CedarRecord deepest = new CedarRecord.Builder { { "deep", value } }.Build();
        RecordedDecision decision = new(ContextParts.Input, [deepest, null, null, null, null, null, null, null])
        {
            Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("t"), Principal = new("U", ""), Action = new("Action", ""), Resource = new("R", ""), Entities = [],
            Verdict = new Verdict(VerdictEffect.Deny, "", []), PolicyVersion = "",
        };

        Assert.Equal(deepest.ToString(), Decode(Encode([decision])).Single().Context["input"].ToString());
    }

    [Fact]
    public void Decode_AnythingChanged_ReadsOrSaysWhatIsWrong() =>
        Gen.Select(Samples.Decision.Array[1, 4].Select(Encode), Gen.Int, Gen.Int[0, 255], Gen.Int[0, 3]).Sample((bytes, at, value, how) =>
        {
            int place = (int)((uint)at % (uint)bytes.Length);
            byte[] changed = how switch
            {
                0 => [.. bytes[..place], (byte)value, .. bytes[(place + 1)..]],
                1 => bytes[..place],
                2 => [.. bytes[..place], 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, .. bytes[place..]], // a huge count, wherever one is read
                _ => [.. bytes[..place], .. bytes[(place / 2)..]],
            };
            return ReadsOrFails(changed);
        }, iter: 5_000);

    [Fact]
    public void Decode_Noise_ReadsOrSaysWhatIsWrong() => Gen.Byte.Array[0, 200].Sample(ReadsOrFails, iter: 5_000);

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    public void Decode_CountThatTheBlockCannotHold_TakesNoMemory(byte[] count)
    {
        // flags, time 0, tenant: a new text of so many bytes
        byte[] bytes = [0, 0, 0, .. count];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(ReadsOrFails(bytes));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Decode_NestedCountsThatEachFitTheBlock_TakeNoMoreThanTheBlock()
    {
        // A record whose value is a set in a set in a set, each of which announces as many members as the block has bytes left.
        byte[] rest = new byte[4 * 1024 * 1024];
        List<byte> bytes = [0, 0, 0, 1, (byte)'t', 0, 0, 1, (byte)'U', 0, 0, 1, 1, 0, 0, (byte)ContextParts.Input, (byte)DecisionTags.Inline, 1, 0, 1, (byte)'n'];
        for (int depth = 0; depth < 100; depth++)
        {
            bytes.AddRange([DecisionTags.Set, 0x80, 0x80, 0xC0, 0x01]); // 3 Mi
        }

        byte[] hostile = [.. bytes, .. Enumerable.Repeat((byte)0xFF, rest.Length)];
        long before = GC.GetAllocatedBytesForCurrentThread();

        DecisionFormatException refused = Assert.Throws<DecisionFormatException>(() => Decode(hostile));
        Assert.Contains("kind 255", refused.Message, StringComparison.Ordinal); // it came as far as the innermost set

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static bool ReadsOrFails(byte[] bytes)
    {
        try
        {
            Decode(bytes);
        }
        catch (DecisionFormatException e)
        {
            return e.Offset >= 0 && e.Offset <= bytes.Length && e.Message.Length > 0;
        }

        return true;
    }

    internal static byte[] Encode(IEnumerable<RecordedDecision> decisions)
    {
        DecisionEncoder encoder = new(64);
        foreach (RecordedDecision decision in decisions)
        {
            encoder.Add(decision);
        }

        return encoder.Written.ToArray();
    }

    private static List<RecordedDecision> Decode(byte[] bytes)
    {
        PlainReader reader = new(bytes);
        DecisionDecoder decoder = new();
        List<RecordedDecision> decisions = [];
        while (!reader.IsAtEnd)
        {
            decisions.Add(decoder.Read(ref reader));
        }

        return decisions;
    }
}
