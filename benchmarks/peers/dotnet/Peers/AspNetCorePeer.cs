using System.Security.Claims;

using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Peers;

/// <summary>ASP.NET Core's authorization: a named policy for each tool, whose assertion is that tool's rules as compiled delegates.</summary>
internal static class AspNetCorePeer
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        ServiceCollection services = new();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddAuthorizationCore(options =>
        {
            foreach (IGrouping<string, PeerRule> tool in world.Rules.GroupBy(static rule => rule.Tool))
            {
                Func<PeerFact, bool>[] forbids = [.. tool.Where(static rule => rule.IsForbid).Select(static rule => rule.ToExpression().Compile())];
                Func<PeerFact, bool>[] permits = [.. tool.Where(static rule => !rule.IsForbid).Select(static rule => rule.ToExpression().Compile())];
                options.AddPolicy(tool.Key, policy => policy.RequireAssertion(context =>
                    context.Resource is PeerFact fact && !Array.Exists(forbids, rule => rule(fact)) && Array.Exists(permits, rule => rule(fact))));
            }
        });
        IAuthorizationService authorization = services.BuildServiceProvider().GetRequiredService<IAuthorizationService>();
        ClaimsPrincipal[] users = [.. world.Facts.Select(static fact => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, fact.Agent)], "agent")))];
        yield return new AsynchronousPeer(
            "ASP.NET Core IAuthorizationService.AuthorizeAsync", "a named policy a tool, its rules C# delegates; group and folder looked up before",
            async i => (await authorization.AuthorizeAsync(users[i], world.Facts[i], world.Facts[i].Action)).Succeeded);
    }
}
