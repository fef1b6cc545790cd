using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>What was searched is not searched again, until another secret is known that it may hold.</summary>
public sealed class CleanTextsTests
{
    private readonly SecretScrubber _scrubber = new(new FakeTimeProvider());

    [Fact]
    public void Scrub_ATextThatWasClean_IsSearchedAgainForASecretThatBecameKnownSince()
    {
        CleanTexts texts = new(_scrubber);
        Learn("another secret of somebody");
        string text = "the word is open-sesame-42, they say";
        Assert.Same(text, texts.Scrub(text, out _));
        Assert.Same(text, texts.Scrub(text, out _));

        Learn("open-sesame-42");

        Assert.Equal("the word is [secret], they say", texts.Scrub(text, out bool found));
        Assert.True(found);
        Assert.Equal("the word is [secret], they say", texts.Scrub(text, out _));
    }

    [Fact]
    public void Scrub_ATextWithASecret_IsNeverTakenForClean()
    {
        CleanTexts texts = new(_scrubber);
        Learn("open-sesame-42");
        string[] many = [.. Enumerable.Range(0, 1000).Select(static i => i % 3 == 0 ? $"{i} open-sesame-42" : $"{i} nothing")];

        for (int round = 0; round < 3; round++)
        {
            Assert.All(many, (text, i) =>
            {
                Assert.Equal(i % 3 == 0 ? $"{i} [secret]" : text, texts.Scrub(text, out bool found));
                Assert.Equal(i % 3 == 0, found);
            });
        }
    }

    [Fact]
    public async Task Scrub_WhileSecretsBecomeKnown_FindsEachThatIsKnownBeforeItBegins()
    {
        CleanTexts texts = new(_scrubber);
        string[] secrets = [.. Enumerable.Range(0, 300).Select(static i => $"secret-number-{i:0000}-of-many")];
        string[] holding = [.. secrets.Select(static s => $"it is {s}")];
        int known = 0;
        Task learning = Task.Run(() =>
        {
            for (int i = 0; i < secrets.Length; i++)
            {
                Learn(secrets[i]);
                Volatile.Write(ref known, i + 1);
            }
        });

        while (!learning.IsCompleted)
        {
            int first = Volatile.Read(ref known);
            for (int i = Math.Max(0, first - 3); i < Math.Min(secrets.Length, first + 3); i++)
            {
                texts.Scrub(holding[i], out bool found);
                Assert.True(found || i >= first, $"secret {i} was known, and was not found");
            }
        }

        await learning;
        Assert.All(holding, text => Assert.Equal("it is [secret]", texts.Scrub(text, out _)));
    }

    private void Learn(string secret) => Assert.True(_scrubber.TryRemember(LeaseId.New(), new Secret(Encoding.UTF8.GetBytes(secret)), DateTimeOffset.MaxValue));
}
