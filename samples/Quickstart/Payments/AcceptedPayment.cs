using IntentAuthz.Credentials.Jwt;

namespace Quickstart.Payments;

/// <summary>A payment that the API carried out, and what the token said by which it was asked to.</summary>
internal sealed record AcceptedPayment(PaymentOrder Order, JwtCredential Credential);
