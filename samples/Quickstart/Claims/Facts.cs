using System.Net;

using IntentAuthz;

using Quickstart.Audit;
using Quickstart.Payments;

namespace Quickstart.Claims;

/// <summary>What really happened, from those who know: the audit file on the disk, the payment API's own log, the wire, the model's transcript.</summary>
internal sealed record Facts(
    IReadOnlyList<AuditEntry> Audit,
    PaymentLedger Payments,
    IReadOnlyList<string> Transcript,
    TaskId Task,
    TaskState TaskState,
    string? StolenToken,
    HttpStatusCode? ReplayStatus);
