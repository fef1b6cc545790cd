using System.Collections.Concurrent;

namespace IntentAuthz.Testing.Tests.Conformance;

/// <summary>The smallest back end there is: who may do what until when, by secret.</summary>
internal sealed class ModelBackEnd(TimeProvider time)
{
    internal sealed record Entry(string Lease, string Secret, string[] Scopes, DateTimeOffset Until);

    internal ConcurrentDictionary<string, Entry> Accounts { get; } = new(StringComparer.Ordinal);

    internal bool Honours(string secret, string? scope = null) =>
        Accounts.Values.Any(e => e.Secret == secret && e.Until > time.GetUtcNow() && (scope is null || e.Scopes.Contains(scope)));
}
