// A guarded agent at work, in one minute of reading. A user asks an assistant to pay two invoices; a mail tries to have a third payment made;
// a large sum waits for a person; at the end a stolen token is replayed. What happened is then checked: the exit code is 0 only if every claim held.

using IntentAuthz;

using Microsoft.Extensions.AI;

using Quickstart;
using Quickstart.Agent;
using Quickstart.Audit;
using Quickstart.Claims;
using Quickstart.Invoices;
using Quickstart.Mail;
using Quickstart.Payments;

const string UserRequest = "Please pay the two open invoices, INV-1041 of Kaiser Stationery and INV-1042 of Nordlicht Hosting, and see whether there is mail about them.";

Settings settings = Settings.FromEnvironment();
Timeline timeline = new();
using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(settings.ApiKey is null ? 1 : 5));
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // stop as after any other fault, so that nothing is left behind
    deadline.Cancel();
};
CancellationToken stop = deadline.Token;

// The world: a mailbox, a database, a payment service that takes nobody's word, and somebody who listens on the wire.
using Workspace workspace = Workspace.Create(settings.Directory);
using TokenService tokens = new();
await using PaymentApi api = await PaymentApi.StartAsync(tokens.CreateVerifier(), stop);
using Eavesdropper eavesdropper = new();
using HttpClient http = new(eavesdropper) { BaseAddress = api.Address };
using AuditTap audit = new(workspace.AuditFile);
RefusedCalls refusals = new();
using NarratedModel model = new(Models.Create(settings), audit, timeline);

AgentTask task;
await using (InvoiceAssistant assistant = InvoiceAssistant.Create(
    model, settings.Policies, audit, refusals, tokens, Mailbox.Create(workspace.Path), InvoiceDatabase.Create(workspace.Path), new PaymentTools(http)))
{
    timeline.Phase("1  A user asks, and a task is opened for that and nothing else");
    Principal clara = Principal.Person("clara", InvoiceAssistant.Acme, "accounting");
    Principal felix = Principal.Person("felix", InvoiceAssistant.Acme, "finance");
    timeline.Line("clara", $"\"{UserRequest}\"");
    task = await assistant.OpenTaskAsync(clara, UserRequest, stop);
    timeline.Line("task", $"{task.State} until {task.ExpiresAt:T} UTC; it may: {task.Mandate.Description}");

    timeline.Phase("2  The agent works; each call is decided by itself");
    await assistant.WorkAsync(UserRequest, stop);

    timeline.Phase("3  A person decides what waits");
    bool isApproved = false;
    foreach (ApprovalRequest request in assistant.Guard.Approvals.GetPending(InvoiceAssistant.Acme))
    {
        timeline.Line("request", request.Description);
        foreach (Principal person in new[] { clara, felix }) // clara asked for the work, so her word does not count; felix is of finance
        {
            Decision answer = await assistant.Guard.Approvals.ApproveAsync(request.Id, person, stop);
            timeline.Line(person.Id, answer.IsPermitted ? "approves, and it counts" : $"approves, but it does not count ({answer.ReasonCode}): {answer.Explanation}");
            isApproved |= answer.IsPermitted;
        }
    }

    if (isApproved)
    {
        await assistant.WorkAsync("Finance has approved the payment that waited. Please make it now.", stop);
    }

    timeline.Phase("4  The task ends, and its tokens with it");
    TaskEnd end = await assistant.Guard.Tasks.CompleteAsync(task);
    foreach (ResidualWindow token in end.Residuals)
    {
        timeline.Line("token", $"{token.Lease} for {token.Audience}: {(token.Confirmed ? "unmade" : "could not be unmade yet")} ({token.Speed})");
    }

    timeline.Line("task", end.State.ToString());
} // the guard is shut down here, and with it everything is in the audit file

timeline.Phase("5  A thief replays the token of the small payment");
PaymentOrder theft = new(ClaimCheck.ThiefAccount, 99.00m, "INV-1041");
System.Net.HttpStatusCode? replay = eavesdropper.StolenToken is { } stolen ? await Eavesdropper.ReplayAsync(api.Address, stolen, theft, stop) : null;
timeline.Line("thief", "POST /payments, with the token that was good a moment ago");
timeline.Line("payment API", replay is { } status ? $"{(int)status} {status} (its own log: {string.Join(", ", api.Ledger.RefusalCodes)})" : "no token was ever sent, so none was stolen");

timeline.Phase("6  The audit trail");
IReadOnlyList<AuditEntry> trail = AuditEntry.ReadFile(workspace.AuditFile);
timeline.Show(AuditTable.Of(trail));

timeline.Phase("7  Why the payment was refused, for whoever asks");
foreach (Decision refused in refusals.Decisions)
{
    timeline.Line("why", refused.Explain().ToString());
}

timeline.Phase("8  What was claimed, and whether it held");
IReadOnlyList<Claim> claims = ClaimCheck.Check(new Facts(
    trail, File.ReadAllText(workspace.AuditFile), api.Ledger, model.Transcript, task.Id, task.State, eavesdropper.StolenToken, replay));
return ClaimReport.Print(claims, isScripted: settings.ApiKey is null, timeline);
