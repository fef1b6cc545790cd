namespace Quickstart.Payments;

/// <summary>What the payment API is asked to do.</summary>
internal sealed record PaymentOrder(string Account, decimal Amount, string Reference);
