using System.Collections.Concurrent;

namespace Quickstart.Payments;

/// <summary>The API's own log: what it did, and why it refused what it refused. It knows nothing of the agent's side.</summary>
internal sealed class PaymentLedger
{
    private readonly ConcurrentQueue<AcceptedPayment> _accepted = new();
    private readonly ConcurrentQueue<string> _refusalCodes = new();

    internal IReadOnlyList<AcceptedPayment> Accepted => [.. _accepted];

    internal IReadOnlyList<string> RefusalCodes => [.. _refusalCodes];

    internal void Accept(AcceptedPayment payment) => _accepted.Enqueue(payment);

    internal void Refuse(string code) => _refusalCodes.Enqueue(code);
}
