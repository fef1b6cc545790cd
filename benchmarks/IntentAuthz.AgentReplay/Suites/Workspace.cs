using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>An office assistant: mail, calendar and a drive.</summary>
internal static class Workspace
{
    private static readonly string[] s_writes =
    [
        "send_email", "delete_email", "create_calendar_event", "cancel_calendar_event", "reschedule_calendar_event", "add_calendar_event_participants",
        "append_to_file", "create_file", "delete_file", "share_file",
    ];

    internal static SuiteDefinition Define() =>
        new("workspace", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "mail", "calendar", "rescheduling", "drive"), s_writes.Contains);

    private static SuiteTool Files(SuiteTool tool) => tool.Answers(Integrity.Trusted, "filename", "content").Of("file");

    private static IEnumerable<SuiteTool> Tools() =>
    [
        Office.SendEmail(),
        Does(ToolEffect.Delete, "delete_email", "removals").Text("email_id", ArgumentRole.Target, kind: "mail").Answers(Integrity.Trusted),
        Office.Mails(Reads("get_unread_emails")),
        Office.Mails(Reads("get_sent_emails")),
        Office.Mails(Reads("get_received_emails")),
        Office.Mails(Reads("get_draft_emails")),
        Office.Mails(Reads("search_emails").Text("query", ArgumentRole.Selector).Text("sender", ArgumentRole.Selector, optional: true)),
        Reads("search_contacts_by_name").Text("query", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Reads("search_contacts_by_email").Text("query", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Office.CurrentDay(),
        .. Office.ReadCalendar(),
        Office.CreateEvent(),
        .. Office.ChangeCalendar(),
        Files(Does(ToolEffect.Update, "append_to_file", "documents").Text("file_id", ArgumentRole.Target, kind: "file").Text("content", ArgumentRole.Content)),
        Files(Does(ToolEffect.Create, "create_file", "documents").Text("filename", ArgumentRole.Target).Text("content", ArgumentRole.Content))
            .Field("id_", Integrity.Trusted, assigned: true),
        Files(Does(ToolEffect.Delete, "delete_file", "removals").Text("file_id", ArgumentRole.Target, kind: "file")),
        Files(Does(ToolEffect.Grant, "share_file", "sharing")
            .Text("file_id", ArgumentRole.Target, kind: "file").Text("email", ArgumentRole.Target).Text("permission", ArgumentRole.Selector)),
        Files(Reads("search_files_by_filename").Text("filename", ArgumentRole.Selector)).Field("shared_with.*", Integrity.Trusted),
        Files(Reads("get_file_by_id").Text("file_id", ArgumentRole.Selector)).Field("shared_with.*", Integrity.Trusted),
        Files(Reads("list_files")).Field("shared_with.*", Integrity.Trusted),
        Files(Reads("search_files").Text("query", ArgumentRole.Selector)).Field("shared_with.*", Integrity.Trusted),
    ];
}
