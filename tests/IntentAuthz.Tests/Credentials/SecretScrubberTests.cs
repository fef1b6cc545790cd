using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using CsCheck;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>No form of a live secret, and no part of one, reaches the model.</summary>
public sealed class SecretScrubberTests
{
    private const string Token = "p+ss/w\"rd é=&\\k";

    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<string> Forms => new(
        Token,
        Uri.EscapeDataString(Token),
        Uri.EscapeDataString(Token).ToLowerInvariant(),
        JsonEncodedText.Encode(Token).Value,
        JsonEncodedText.Encode(Token).Value.Replace("\\u002B", "\\u002b", StringComparison.Ordinal),
        JsonEncodedText.Encode(Token, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        JsonEncodedText.Encode(Token, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value.Replace("/", "\\/", StringComparison.Ordinal),
        string.Concat(Token.Select(static c => $"\\u{(int)c:x4}")),
        string.Concat(Encoding.UTF8.GetBytes(Token).Select(static b => $"%{b:X2}")));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Scrub_AnyForm_IsTakenOut(string form)
    {
        string text = Knowing(Token).Scrub($"before {form} after", out bool found);

        Assert.True(found, form);
        Assert.Equal("before [secret] after", text);
    }

    [Theory]
    [InlineData("sk\0live-0123456789abc")]
    [InlineData("\u0001sk-live-0123456789abc")]
    [InlineData("sk\u007flive-0123456789abc")]
    [InlineData("soft\u00ad-hyphen-0123456")]
    [InlineData("family\U0001F468\u200D\U0001F469-0123456")]
    [InlineData("sk\"l'i\\ve\t-0123456\n789")]
    [InlineData("a tag \U000E0041 of 0123456")]
    [InlineData(@"looks \u{7f} escaped \0")]
    public void Scrub_UnderCedarsOwnEscapes_IsTakenOut(string secret)
    {
        SecretScrubber scrubber = Knowing(secret);
        string resource = new IntentAuthz.Cedar.EntityUid("Account", secret).ToString();
        string inJson = JsonEncodedText.Encode(resource, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;

        Assert.Equal("Account::\"[secret]\"", scrubber.Scrub(resource, out _));
        Assert.Equal("Account::\\\"[secret]\\\"", scrubber.Scrub(inJson, out _));
    }

    [Theory]
    [InlineData(@"\u{}secret-0123456")]
    [InlineData(@"\u{110000}secret-0123456")]
    [InlineData(@"\u{d800}secret-0123456")]
    [InlineData(@"\u{+7f}secret-0123456")]
    [InlineData(@"\u{0000000000000061}secret-0123456")]
    [InlineData(@"\u{")]
    [InlineData(@"\u")]
    public void Scrub_WhatIsNoEscapeOfCedars_StandsAsItStood(string text) =>
        Assert.Equal(text.Replace("secret-0123456", "[secret]", StringComparison.Ordinal), Knowing("secret-0123456").Scrub(text, out _));

    [Fact]
    public void Scrub_Base64AtEveryAlignment_IsTakenOut()
    {
        SecretScrubber scrubber = Knowing(Token);
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 7], Gen.String[Gen.Char.AlphaNumeric, 0, 7]).Sample((before, after) =>
        {
            string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{Token}{after}"));
            _ = scrubber.Scrub(base64, out bool plain);
            _ = scrubber.Scrub(base64.Replace('+', '-').Replace('/', '_').TrimEnd('='), out bool url);
            return plain && url;
        });
    }

    [Theory]
    [InlineData("ABCDEFGH", "ABCDEFGHIJKLMNOP")]
    [InlineData("ABCDEFGHIJKLMNOP", "ABCDEFGH")]
    [InlineData("ABCDEFGHIJ", "FGHIJKLMNOP")]
    public void Scrub_SecretsThatOverlap_LeaveNoTail(string one, string other)
    {
        SecretScrubber scrubber = Knowing(one, other);

        Assert.Equal("x [secret] y", scrubber.Scrub("x ABCDEFGHIJKLMNOP y", out _).Replace("[secret]IJKLMNOP", "leaked", StringComparison.Ordinal));
    }

    [Fact]
    public void Scrub_SecretThatOverlapsItself_LeavesNoTail() =>
        Assert.Equal("[secret]", Knowing("aXXXXXXa").Scrub("aXXXXXXaXXXXXXa", out _));

    [Fact]
    public void Scrub_TextWithoutASecret_IsTheSameText()
    {
        const string text = """{"a":"b\n%41 \u0041"}""";

        Assert.Same(text, Knowing(Token).Scrub(text, out bool found));
        Assert.False(found);
    }

    [Fact]
    public void Scrub_AfterThatSecretWasForgotten_KnowsTheOthersOnly()
    {
        SecretScrubber scrubber = new(_clock);
        LeaseId lease = LeaseId.New();
        Assert.True(scrubber.TryRemember(lease, Secret.FromString("first-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1)));
        Assert.True(scrubber.TryRemember(LeaseId.New(), Secret.FromString("second-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1)));

        scrubber.Forget(lease);

        Assert.Equal("first-secret [secret]", scrubber.Scrub("first-secret second-secret", out _));
    }

    [Fact]
    public void TryRemember_SecretTooShortToBeToldFromOtherText_IsRefused() =>
        Assert.False(new SecretScrubber(_clock).TryRemember(LeaseId.New(), Secret.FromString("1234567"), DateTimeOffset.MaxValue));

    [Fact]
    public void Scrub_HostileText_EndsInProportion()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{new string('\\', 1_000_000)}{new string('%', 1_000_000)}");

        _ = Knowing(Token).Scrub(text, out bool found);

        Assert.False(found);
    }

    private SecretScrubber Knowing(params string[] secrets)
    {
        SecretScrubber scrubber = new(_clock);
        foreach (string secret in secrets)
        {
            Assert.True(scrubber.TryRemember(LeaseId.New(), Secret.FromString(secret), _clock.GetUtcNow() + TimeSpan.FromMinutes(1)));
        }

        return scrubber;
    }
}
