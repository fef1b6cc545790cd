using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Text.Json;

using IntentAuthz.Containment.Tests.Processes;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>The attempts, made where the host is not root: a process of another user, with no rights and no group of its own.</summary>
public sealed class NobodyEscapes : IAsyncLifetime
{
    private Dictionary<string, EscapeResult> _results = [];

    /// <summary>What came of each.</summary>
    public ReadOnlyDictionary<string, EscapeResult> Results => _results.AsReadOnly();

    public async Task InitializeAsync()
    {
        using Process host = HostProgram.StartAsNobody("escapes");
        _results = JsonSerializer.Deserialize<Dictionary<string, EscapeResult>>(await HostProgram.LastLineAsync(host, TimeSpan.FromMinutes(10)))!;
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
