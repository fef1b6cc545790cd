using System.Reflection;

using Microsoft.Extensions.Logging;

namespace IntentAuthz.EndToEnd.Logging;

/// <summary>An operator's rule on an event id must not catch something else: within the core and the stores beside it each id means one event.</summary>
public sealed class EventIdTests
{
    [Fact]
    public void EventIds_OfAllPackages_AreUsedOnce()
    {
        (string Package, int Id, string Event)[] events = [.. Directory.GetFiles(AppContext.BaseDirectory, "IntentAuthz*.dll")
            .Select(static file => Assembly.Load(AssemblyName.GetAssemblyName(file)))
            .Where(static a => a != typeof(EventIdTests).Assembly && a.GetName().Name is not "IntentAuthz.Cli")
            .SelectMany(static a => a.GetTypes())
            .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .SelectMany(static m => m.GetCustomAttributes<LoggerMessageAttribute>().Select(a => (m.DeclaringType!.Assembly.GetName().Name!, a.EventId, $"{m.DeclaringType.Name}.{m.Name}")))];

        string[] twice = [.. events.GroupBy(static e => e.Id).Where(static g => g.Count() > 1).Select(static g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Event))}")];

        Assert.True(events.Length > 40, $"only {events.Length} events were found; are the attributes still in the assemblies?");
        Assert.True(twice.Length == 0, $"Event ids that are used twice; take a free one: {string.Join("; ", twice)}");
        Assert.True(events.All(static e => e.Id > 0), "An event has no id of its own.");
    }
}
