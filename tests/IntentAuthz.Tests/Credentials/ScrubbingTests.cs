using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;

using CsCheck;

using Microsoft.Extensions.Time.Testing;

using Xunit.Abstractions;

namespace IntentAuthz.Tests.Credentials;

/// <summary>Whatever the number of secrets, wherever they stand and however they are written, they are found; and nothing else is.</summary>
public sealed class ScrubbingTests(ITestOutputHelper output)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_.~ \"'\\%&=<>;:\u00e9\u4e2d";

    private readonly FakeTimeProvider _clock = new();

    private static readonly (string Name, Func<string, string> Write)[] s_ways =
    [
        ("plain", static s => s),
        ("in capitals", static s => string.Concat(s.Select(static c => char.IsAsciiLetterLower(c) ? (char)(c - 32) : c))),
        ("URL", Uri.EscapeDataString),
        ("URL, lower hex", static s => HttpUtility.UrlEncode(s)),
        ("form", WebUtility.UrlEncode),
        ("JSON", static s => JsonEncodedText.Encode(s).Value),
        ("JSON in JSON", static s => JsonEncodedText.Encode(JsonEncodedText.Encode(s).Value).Value),
        ("JSON in a URL", static s => Uri.EscapeDataString(JsonEncodedText.Encode(s).Value)),
        ("HTML", WebUtility.HtmlEncode),
        ("hex", static s => Convert.ToHexString(Encoding.UTF8.GetBytes(s))),
        ("lower hex", static s => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s))),
        ("base64", static s => Convert.ToBase64String(Encoding.UTF8.GetBytes(s))),
        ("Basic", static s => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("a-user:" + s))),
        ("Basic, another length", static s => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + s))),
        ("base64 in JSON", static s => JsonEncodedText.Encode(Convert.ToBase64String(Encoding.UTF8.GetBytes("xy" + s))).Value),
        ("MIME", static s => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', 70) + s + new string('y', 70)), Base64FormattingOptions.InsertLineBreaks)),
        ("base64url", static s => Convert.ToBase64String(Encoding.UTF8.GetBytes(s)).Replace('+', '-').Replace('/', '_').TrimEnd('=')),
    ];

    /// <summary>Ways that cut a secret in two; those whose cut could fall upon characters that separate are for tokens only.</summary>
    private static readonly (string Name, Func<string, int, string> Write)[] s_cuts =
    [
        ("folded header", static (s, at) => $"Authorization: Bearer {s[..at]}\r\n {s[at..]}"),
        ("folded by a tab", static (s, at) => $"Authorization: Bearer {s[..at]}\r\n\t{s[at..]}"),
        ("wrapped", static (s, at) => $"{s[..at]}\n    {s[at..]}"),
        ("two strings", static (s, at) => $"\"Bearer {s[..at]}\" \"{s[at..]}\""),
        ("two strings, added", static (s, at) => $"h = 'Bearer {s[..at]}' +\n    '{s[at..]}';"),
        ("two strings in a list", static (s, at) => $"""["Bearer {s[..at]}", "{s[at..]}"]"""),
        ("two strings in JSON", static (s, at) => JsonSerializer.Serialize($"\"Bearer {s[..at]}\" + \"{s[at..]}\"")),
        ("folded in JSON", static (s, at) => JsonSerializer.Serialize($"Authorization: Bearer {s[..at]}\r\n  {s[at..]}")),
        ("continued line", static (s, at) => $"curl -H 'Authorization: Bearer {s[..at]}\\\n{s[at..]}'"),
    ];

    [Fact]
    public void Any_secret_that_is_taken_up_is_found_in_any_text_however_it_is_written()
    {
        Gen.Select(
            Gen.String[Gen.Char[Alphabet], 8, 60],
            Gen.Int[0, s_ways.Length - 1].Select(static i => s_ways[i]),
            Gen.String[Gen.Char.AlphaNumeric, 0, 90],
            Gen.String[Gen.Char, 0, 90]).Sample((secret, way, before, after) =>
        {
            SecretScrubber scrubber = new(_clock);
            using Secret held = Secret.FromString(secret);
            if (!scrubber.TryRemember(LeaseId.New(), held, _clock.GetUtcNow() + TimeSpan.FromMinutes(1)))
            {
                return; // refused, so that no lease ever has it; see below
            }

            string text = $"{before} {way.Write(secret)} {after}";

            string clean = scrubber.Scrub(text, out bool found);

            Assert.True(found, $"{way.Name}: '{secret}' was not found in '{text}'.");
            scrubber.Scrub(clean, out bool again);
            Assert.False(again, $"{way.Name}: something of '{secret}' was left in '{clean}'.");
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("8YuWh<\\\\'")]
    [InlineData("6<h%2eqx-")]
    [InlineData("a&amp;&lt;bc")]
    [InlineData("abcd\n efg")]
    [InlineData("short12")]
    public void A_secret_that_is_too_short_once_its_escapes_are_undone_is_refused(string secret)
    {
        using Secret held = Secret.FromString(secret);

        Assert.False(new SecretScrubber(_clock).TryRemember(LeaseId.New(), held, _clock.GetUtcNow().AddHours(1)), $"'{secret}' was taken for one that can be found.");
    }

    [Fact]
    public void Any_token_cut_in_two_anywhere_is_found()
    {
        Gen.Select(Gen.String[Gen.Char[Alphabet[..66]], 8, 60], Gen.Int[0, s_cuts.Length - 1].Select(static i => s_cuts[i]), Gen.Int[1, 59]).Sample((secret, cut, at) =>
        {
            string text = cut.Write(secret, 1 + (at % (secret.Length - 1)));

            string clean = Knowing(secret).Scrub(text, out bool found);

            Assert.True(found, $"{cut.Name}: '{secret}' was not found in '{text}'.");
            Assert.Contains(SecretScrubber.Replacement, clean, StringComparison.Ordinal);
        }, iter: 20_000);
    }

    [Fact]
    public void Text_without_a_secret_is_never_changed()
    {
        SecretScrubber scrubber = Knowing([.. Enumerable.Range(0, 2000).Select(static i => $"tok_{Guid.NewGuid():N}{i}")]);
        Gen.String[Gen.Char, 0, 3000].Sample(text =>
        {
            string clean = scrubber.Scrub(text, out bool found);

            Assert.False(found);
            Assert.Same(text, clean);
        }, iter: 5_000);
    }

    [Fact]
    public void A_signed_tokens_signature_is_found_alone_and_its_claims_are_not_a_secret()
    {
        const string signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        SecretScrubber scrubber = Knowing($"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ.{signature}");

        Assert.Equal("a [secret] b", scrubber.Scrub($"a eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ.{signature} b", out _));
        Assert.Equal("the signature is [secret].", scrubber.Scrub($"the signature is {signature}.", out _));
        Assert.DoesNotContain(SecretScrubber.Replacement, scrubber.Scrub("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ", out _), StringComparison.Ordinal);
    }

    [Fact]
    public void What_remains_of_a_text_stands_as_it_stood()
    {
        SecretScrubber scrubber = Knowing("hunter2/hunter2");

        Assert.Equal("""{"a":"x\n[secret]\u0041","b":"%41"}""", scrubber.Scrub("""{"a":"x\nhunter2\/hunter2\u0041","b":"%41"}""", out _));
        Assert.Equal("""["Bearer [secret]"]""", scrubber.Scrub("""["Bearer hunter2", "/hunter2"]""", out _));
    }

    [Fact]
    public void A_search_that_finds_nothing_allocates_nothing()
    {
        SecretScrubber scrubber = Knowing([.. Enumerable.Range(0, 1000).Select(static i => $"tok_{Guid.NewGuid():N}{i}")]);
        string text = string.Concat(Enumerable.Repeat("""{"name":"Ann","note":"a\nb \u0041 %41 &amp; 'x' + 'y'","amount":12.5},""", 500));
        scrubber.Scrub(text, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            scrubber.Scrub(text, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Tokens_that_begin_alike_do_not_share_what_they_are_found_by()
    {
        FormIndex index = new();
        for (int i = 0; i < 5_000; i++)
        {
            index.Add($"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.{Guid.NewGuid():N}-----END PRIVATE KEY-----");
        }

        ulong window = 0;
        int longest = 0;
        foreach (char c in $"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.{Guid.NewGuid():N}-----END PRIVATE KEY-----")
        {
            window = FormIndex.Shift(window, c);
            int shared = 0;
            for (SecretForm? form = index.Find(window); form is not null; form = form.Next)
            {
                shared++;
            }

            longest = Math.Max(longest, shared);
        }

        Assert.InRange(longest, 0, 2);
    }

    [Fact]
    public void Hostile_text_full_of_almost_the_secret_asks_once_for_each_character()
    {
        // Each place of the text is a candidate of a long secret; comparing it there would be quadratic.
        SecretScrubber scrubber = Knowing(new string('a', 60_000) + "b");

        scrubber.Scrub(new string('a', 1_000_000), out bool found);

        Assert.False(found);
    }

    [Fact]
    public void A_static_secret_is_known_once_and_for_good_however_many_leases_it_had()
    {
        SecretScrubber scrubber = new(_clock);
        for (int i = 0; i < 1000; i++)
        {
            LeaseId lease = LeaseId.New();
            Assert.True(scrubber.TryRemember(lease, Secret.FromString("a-static-secret"), DateTimeOffset.MaxValue));
            scrubber.Forget(lease);
        }

        Assert.Equal(1, scrubber.Count);
        Assert.Equal("[secret]", scrubber.Scrub("a-static-secret", out _));
    }

    [Fact]
    public void A_hundred_thousand_secrets_take_less_than_two_kibibytes_each()
    {
        SecretScrubber scrubber = new(_clock);
        string[] secrets = [.. Enumerable.Range(0, 100_000).Select(static _ => $"tok_{Guid.NewGuid():N}")];
        LeaseId[] leases = [.. secrets.Select(static _ => LeaseId.New())];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < secrets.Length; i++)
        {
            using Secret secret = Secret.FromString(secrets[i]);
            scrubber.TryRemember(leases[i], secret, _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        }

        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / secrets.Length;

        Assert.True(each is > 0 and < 2048, $"{each} bytes for each secret");
        Assert.All(secrets.Where(static (_, i) => i % 1000 == 0), s => Assert.Equal("[secret]", scrubber.Scrub(s, out _)));
        output.WriteLine($"{each} bytes for each secret");
    }

    [Fact]
    public void A_secret_of_two_leases_is_known_until_both_have_ended()
    {
        SecretScrubber scrubber = new(_clock);
        LeaseId first = LeaseId.New();
        LeaseId second = LeaseId.New();
        scrubber.TryRemember(first, Secret.FromString("shared-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        scrubber.TryRemember(second, Secret.FromString("shared-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1));

        scrubber.Forget(first);
        Assert.Equal("[secret]", scrubber.Scrub("shared-secret", out _));
        scrubber.Forget(second);
        Assert.Equal("shared-secret", scrubber.Scrub("shared-secret", out _));
        Assert.False(scrubber.KnowsAny);
    }

    [Fact]
    public void What_nobody_forgot_is_forgotten_after_its_end()
    {
        SecretScrubber scrubber = new(_clock);
        scrubber.TryRemember(LeaseId.New(), Secret.FromString("first-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        _clock.Advance(TimeSpan.FromMinutes(2));
        scrubber.TryRemember(LeaseId.New(), Secret.FromString("second-secret"), _clock.GetUtcNow() + TimeSpan.FromMinutes(1));

        Assert.Equal(1, scrubber.Count);
    }

    [Fact]
    public async Task Searching_beside_adding_and_forgetting_never_misses_what_is_known()
    {
        SecretScrubber scrubber = Knowing("the-secret-that-stays");
        using CancellationTokenSource stop = new();
        Task[] writers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            Queue<LeaseId> held = new();
            while (!stop.IsCancellationRequested)
            {
                LeaseId lease = LeaseId.New();
                string secret = $"tok_{Guid.NewGuid():N}";
                scrubber.TryRemember(lease, Secret.FromString(secret), _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
                Assert.Equal("[secret]", scrubber.Scrub(secret, out bool _));
                held.Enqueue(lease);
                if (held.Count > 50)
                {
                    scrubber.Forget(held.Dequeue());
                }
            }
        }))];
        for (int i = 0; i < 20_000; i++)
        {
            Assert.Equal("x [secret] y", scrubber.Scrub("x the-secret-that-stays y", out bool _));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private SecretScrubber Knowing(params string[] secrets)
    {
        SecretScrubber scrubber = new(_clock);
        foreach (string text in secrets)
        {
            using Secret secret = Secret.FromString(text);
            Assert.True(scrubber.TryRemember(LeaseId.New(), secret, _clock.GetUtcNow() + TimeSpan.FromMinutes(1)));
        }

        return scrubber;
    }
}
