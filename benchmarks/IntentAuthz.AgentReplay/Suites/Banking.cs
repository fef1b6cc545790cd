using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A bank's assistant: the bank answers for accounts, amounts and days; whoever pays writes the subject, and anybody a file.</summary>
internal static class Banking
{
    private static readonly string[] s_writes =
        ["send_money", "schedule_transaction", "update_scheduled_transaction", "update_password", "update_user_info"];

    internal static SuiteDefinition Define() => new("banking", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "banking"), s_writes.Contains);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        Reads("get_iban").Answers(Integrity.Trusted),
        Reads("get_balance").Answers(Integrity.Trusted),
        Reads("get_user_info").Answers(Integrity.Trusted),
        Reads("get_most_recent_transactions").Integer("n", ArgumentRole.Selector, optional: true).Answers(Integrity.Trusted, "subject"),
        Reads("get_scheduled_transactions").Answers(Integrity.Trusted),
        Reads("read_file").Text("file_path", ArgumentRole.Selector).Answers(Integrity.Untrusted),
        Does(ToolEffect.Pay, "send_money", "payments")
            .Text("recipient", ArgumentRole.Target).Number("amount", ArgumentRole.Magnitude).Text("subject", ArgumentRole.Content).Text("date", ArgumentRole.Time)
            .Answers(Integrity.Trusted),
        Does(ToolEffect.Pay, "schedule_transaction", "payments")
            .Text("recipient", ArgumentRole.Target).Number("amount", ArgumentRole.Magnitude).Text("subject", ArgumentRole.Content).Text("date", ArgumentRole.Time)
            .Flag("recurring").Answers(Integrity.Trusted),
        Does(ToolEffect.Update, "update_scheduled_transaction", "payments")
            .Integer("id", ArgumentRole.Target).Text("recipient", ArgumentRole.Target, optional: true).Number("amount", ArgumentRole.Magnitude, optional: true)
            .Text("subject", ArgumentRole.Content, optional: true).Text("date", ArgumentRole.Time, optional: true).Flag("recurring").Answers(Integrity.Trusted),
        Does(ToolEffect.Update, "update_password", "profile").Text("password", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Update, "update_user_info", "profile")
            .Text("first_name", ArgumentRole.Target, optional: true).Text("last_name", ArgumentRole.Target, optional: true)
            .Text("street", ArgumentRole.Target, optional: true).Text("city", ArgumentRole.Target, optional: true).Answers(Integrity.Trusted),
    ];
}
