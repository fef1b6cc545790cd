using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>What a webhook's receiver gets, and whom the sink never tells.</summary>
public sealed class WebhookTests
{
    private static readonly byte[] s_key = Encoding.ASCII.GetBytes("a key of a webhook, thirty-two bytes and more");

    [Fact]
    public async Task Notice_IsPostedSigned_AndTheSignatureIsOverIdTimestampAndBody()
    {
        await using Receiver receiver = new();
        await using GuardFixture fixture = IncidentFixture.Create(add: b => b.AddIncidentSink(new WebhookIncidentSink(Options(receiver.Address))));
        AgentTask task = await fixture.OpenAsync();

        Incident incident = await fixture.LoopAsync(task);

        Delivery delivery = await receiver.NextAsync();
        JsonElement body = JsonElement.Parse(delivery.Body);
        Assert.Equal(("incident.opened", incident.Id.Value, "ann"), (body.GetProperty("type").GetString(), body.GetProperty("incident").GetString(), body.GetProperty("owner").GetString()));
        Assert.Equal(body.GetProperty("id").GetString(), delivery.Id);
        byte[] mac = HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes($"{delivery.Id}.{delivery.Timestamp}.{delivery.Body}"));
        Assert.Equal($"v1,{Convert.ToBase64String(mac)}", delivery.Signature);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(delivery.Timestamp, System.Globalization.CultureInfo.InvariantCulture), -5, 60);
    }

    [Fact]
    public async Task Failure_IsTriedAgain_UnderTheSameId_UpToTheBound()
    {
        await using Receiver receiver = new() { Answers = new([500, 503, 200]) };
        using WebhookIncidentSink sink = new(Options(receiver.Address));

        await sink.NotifyAsync(Notice(), CancellationToken.None);

        Assert.Equal(3, receiver.Received.Count);
        Assert.Single(receiver.Received.Select(static d => d.Id).Distinct());
        receiver.Answers = new([500, 500, 500, 500]);
        await Assert.ThrowsAsync<HttpRequestException>(async () => await sink.NotifyAsync(Notice(), CancellationToken.None));
        Assert.Equal(6, receiver.Received.Count);
    }

    [Fact]
    public async Task Refusal_IsNotTriedAgain()
    {
        await using Receiver receiver = new() { Answers = new([403]) };
        using WebhookIncidentSink sink = new(Options(receiver.Address));

        await Assert.ThrowsAsync<HttpRequestException>(async () => await sink.NotifyAsync(Notice(), CancellationToken.None));

        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed_SinceAnAnswerDoesNotChooseWhomToTell()
    {
        await using Receiver inside = new();
        await using Receiver receiver = new() { Answers = new([307, 302]), Location = inside.Address };
        using WebhookIncidentSink sink = new(Options(receiver.Address));

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(async () => await sink.NotifyAsync(Notice(), CancellationToken.None));

        Assert.Empty(inside.Received);
        Assert.DoesNotContain(receiver.Address.Host, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_ThatFollowRedirects_AreAFailure()
    {
        await using Receiver inside = new();
        await using Receiver receiver = new() { Answers = new([307]), Location = inside.Address };
        using HttpMessageInvoker following = new(new SocketsHttpHandler { AllowAutoRedirect = true });
        using WebhookIncidentSink sink = new(Options(receiver.Address), following);

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(async () => await sink.NotifyAsync(Notice(), CancellationToken.None));

        Assert.Contains("AllowAutoRedirect", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receiver_ThatHangs_HoldsUpNeitherCallsNorOtherSinks()
    {
        await using Receiver receiver = new() { Hangs = true };
        NotingSink other = new();
        await using GuardFixture fixture = IncidentFixture.Create(add: b => b.AddIncidentSink(new WebhookIncidentSink(Options(receiver.Address))).AddIncidentSink(other));
        AgentTask task = await fixture.OpenAsync();

        Incident incident = await fixture.LoopAsync(task);
        await fixture.Guard.Incidents.As(fixture.Boss).FreezeAsync(task.Tenant, incident.Id, "stop");

        await fixture.UntilAsync(incident, _ => other.Notices.Any(static n => n.Entry.Kind == IncidentEntryKind.Frozen));
        Assert.Equal(TaskState.Suspended, task.State);
    }

    [Theory]
    [InlineData("http://hooks.example.com/x")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://localhost.example.com/x")]
    [InlineData("https://user:password@hooks.example.com/x")]
    [InlineData("ftp://localhost/x")]
    [InlineData("file:///etc/passwd")]
    public void Address_ThatIsNeitherHttpsNorThisMachine_IsRefused(string address) =>
        Assert.Throws<ArgumentException>(() => new WebhookOptions { Address = new Uri(address), Key = s_key });

    [Theory]
    [InlineData("https://hooks.example.com/x")]
    [InlineData("http://localhost:8080/x")]
    [InlineData("http://127.0.0.1/x")]
    [InlineData("http://[::1]/x")]
    public void Address_ThatIsHttpsOrThisMachine_IsTaken(string address) =>
        Assert.Equal(address, new WebhookOptions { Address = new Uri(address), Key = s_key }.Address.ToString());

    [Fact]
    public void Key_ThatIsShort_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new WebhookOptions { Address = new Uri("https://hooks.example.com"), Key = new byte[31] });

    private static WebhookOptions Options(Uri address) => new()
    {
        Address = address, Key = s_key, MaxAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(10), Timeout = TimeSpan.FromSeconds(20),
    };

    private static IncidentNotice Notice()
    {
        IncidentEntry entry = IncidentEntry.Opening(
            RevocationTarget.Agent(new TenantId("acme"), new AgentId("bot")), IncidentSeverity.High, "detector", "it loops", DateTimeOffset.UtcNow, "outside:test");
        return new IncidentNotice(Incident.FromEntries([entry])!, entry);
    }

    internal sealed class NotingSink : IIncidentSink
    {
        internal ConcurrentQueue<IncidentNotice> Notices { get; } = new();

        public ValueTask NotifyAsync(IncidentNotice notice, CancellationToken cancellationToken)
        {
            Notices.Enqueue(notice);
            return ValueTask.CompletedTask;
        }
    }

    private sealed record Delivery(string Id, string Timestamp, string Signature, string Body);

    /// <summary>A real HTTP server on this machine.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly HttpListener _listener;
        private readonly Task _serving;
        private readonly TaskCompletionSource _ended = new();

        internal Receiver()
        {
            for (int attempt = 0; ; attempt++)
            {
                Address = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/hook/");
                _listener = new HttpListener();
                _listener.Prefixes.Add(Address.ToString());
                try
                {
                    _listener.Start();
                    break;
                }
                catch (HttpListenerException) when (attempt < 50)
                {
                    // taken; another
                }
            }

            _serving = Task.Run(ServeAsync);
        }

        internal Uri Address { get; }

        internal ConcurrentQueue<int> Answers { get; set; } = new();

        internal Uri? Location { get; init; }

        internal bool Hangs { get; init; }

        internal ConcurrentQueue<Delivery> Received { get; } = new();

        internal async Task<Delivery> NextAsync()
        {
            for (int i = 0; i < 500; i++)
            {
                if (Received.TryDequeue(out Delivery? delivery))
                {
                    return delivery;
                }

                await Task.Delay(20);
            }

            throw new TimeoutException("Nothing was posted in 10 s.");
        }

        public async ValueTask DisposeAsync()
        {
            _ended.TrySetResult();
            _listener.Close();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using StreamReader reader = new(context.Request.InputStream);
                    string body = await reader.ReadToEndAsync();
                    Received.Enqueue(new Delivery(
                        context.Request.Headers["webhook-id"]!, context.Request.Headers["webhook-timestamp"]!, context.Request.Headers["webhook-signature"]!, body));
                    if (Hangs)
                    {
                        await _ended.Task;
                    }

                    context.Response.StatusCode = Answers.TryDequeue(out int status) ? status : 200;
                    if (Location is { } location)
                    {
                        context.Response.Headers["Location"] = location.ToString();
                    }

                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // closed
            }
        }
    }
}
