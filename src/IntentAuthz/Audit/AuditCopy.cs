namespace IntentAuthz;

/// <summary>A registered sink that gets a copy of what the durable one has taken: see <see cref="IntentAuthzBuilder.AddAuditCopy"/>. Immutable.</summary>
/// <param name="sink">The sink.</param>
public sealed class AuditCopy(IAuditSink sink)
{
    /// <summary>The sink.</summary>
    public IAuditSink Sink { get; } = sink ?? throw new ArgumentNullException(nameof(sink));
}
