using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.EndToEnd.Quickstart;

/// <summary>With a key the quickstart talks to a model over HTTP. Here that is a server of the test's own that tries to rob the company at once.</summary>
public sealed class OtherModelTests
{
    private const string Theft = """
        {"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":null,
        "tool_calls":[{"id":"c1","type":"function","function":{"name":"payments_pay","arguments":"{\"account\":\"NL91ABNA0417164300\",\"amount\":180.00,\"reference\":\"INV-1041\"}"}}]}}]}
        """;

    private const string Answer = """
        {"id":"2","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"It was refused."}}]}
        """;

    [Fact]
    public async Task A_model_over_HTTP_is_guarded_alike_and_what_it_did_not_try_is_not_claimed()
    {
        ConcurrentQueue<(string? Key, string Body)> requests = new();
        await using WebApplication model = await ServeAsync(requests);
        string address = model.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using TemporaryDirectory directory = new();

        QuickstartRun run = await QuickstartRun.StartAsync(
            directory.Sub("working"), ("OPENAI_API_KEY", "no-real-key"), ("OPENAI_BASE_URL", $"{address}/v1"), ("OPENAI_MODEL", "m"));

        run.AssertExit(0);
        run.AssertSays("REFUSES payments.pay (forbidden)");
        run.AssertSays("HELD The injected payment was refused");
        run.AssertSays("NOT SHOWN The large payment waited");
        Assert.Equal(2, requests.Count);
        Assert.All(requests, static r => Assert.Equal("Bearer no-real-key", r.Key));
        JsonElement tools = JsonElement.Parse(requests.First().Body).GetProperty("tools");
        Assert.Equal(3, tools.GetArrayLength());
        Assert.DoesNotContain("invocation", tools.GetRawText(), StringComparison.Ordinal); // the guard's own parameter is not the model's
    }

    private static async Task<WebApplication> ServeAsync(ConcurrentQueue<(string? Key, string Body)> requests)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.MapPost("/v1/chat/completions", async context =>
        {
            using StreamReader body = new(context.Request.Body);
            requests.Enqueue((context.Request.Headers.Authorization, await body.ReadToEndAsync(context.RequestAborted)));
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(requests.Count == 1 ? Theft : Answer, context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }
}
