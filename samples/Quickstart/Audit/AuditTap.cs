using System.Collections.Concurrent;

using IntentAuthz;

namespace Quickstart.Audit;

/// <summary>Writes the audit file, and then tells whoever waits what was decided about a call: nothing is shown that was not recorded first.</summary>
internal sealed class AuditTap(string path) : IAuditSink, IDisposable
{
    private readonly JsonLinesAuditSink _file = new(path);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<AuditRecord>> _decisions = new(StringComparer.Ordinal);

    public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(records, cancellationToken);
        for (int i = 0; i < records.Length; i++)
        {
            if (records.Span[i] is { Kind: AuditKind.Decision, FrameworkCallId: { } call } decision)
            {
                Decision(call).TrySetResult(decision);
            }
        }
    }

    /// <summary>The decision about a call, by the id that the model gave it.</summary>
    internal Task<AuditRecord> DecisionAboutAsync(string call, CancellationToken cancellationToken) =>
        Decision(call).Task.WaitAsync(cancellationToken);

    public void Dispose() => _file.Dispose();

    private TaskCompletionSource<AuditRecord> Decision(string call) =>
        _decisions.GetOrAdd(call, static _ => new TaskCompletionSource<AuditRecord>(TaskCreationOptions.RunContinuationsAsynchronously));
}
