using static IntentAuthz.AgentReplay.Suites.Errands;
using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>An assistant for everything else: payments, mail, pages, files, a calendar.</summary>
internal static class DailyLife
{
    internal static SuiteDefinition Define() =>
        new("dailylife", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "mail", "calendar", "rescheduling", "errands"), IsWrite);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        SendMoney(),
        Reads("get_balance").Answers(Integrity.Trusted),
        Verifies("verify_transaction"),
        Office.SendEmail(),
        Office.Mails(Reads("get_unread_emails")),
        Office.Mails(Reads("get_received_emails")),
        Office.Mails(Reads("get_sent_emails")),
        Does(ToolEffect.Delete, "delete_email", "removals").Text("email_id", ArgumentRole.Target, kind: "mail").Answers(Integrity.Trusted),
        Office.Mails(Reads("search_emails").Text("query", ArgumentRole.Selector).Text("sender", ArgumentRole.Selector, optional: true)),
        .. Pages(),
        Form(),
        .. Files(),
        Office.CurrentDay(),
        .. Office.ReadCalendar(),
        Office.CreateEvent(),
        .. Office.ChangeCalendar(),
    ];
}
