using System.Collections.Concurrent;

namespace IntentAuthz.Tests.Credentials;

/// <summary>Where credentials live. It outlives the processes that make them, and notes what an issuer may never be asked.</summary>
internal sealed class BackEnd
{
    internal ConcurrentDictionary<LeaseId, string> Live { get; } = new();

    internal ConcurrentDictionary<LeaseId, DateTimeOffset> Until { get; } = new();

    internal ConcurrentQueue<string> Violations { get; } = new();
}
