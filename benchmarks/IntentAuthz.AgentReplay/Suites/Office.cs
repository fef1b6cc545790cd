using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>Mail and calendar, which several of the applications have: the servers answer for addresses, times and ids; whoever writes, for the words.</summary>
internal static class Office
{
    internal static SuiteTool SendEmail() =>
        Does(ToolEffect.Send, "send_email", "mail")
            .Texts("recipients", ArgumentRole.Target).Texts("cc", ArgumentRole.Target, optional: true).Texts("bcc", ArgumentRole.Target, optional: true)
            .Text("subject", ArgumentRole.Content).Text("body", ArgumentRole.Content).Attachments()
            .Answers(Integrity.Trusted, "subject", "body").Field("id_", Integrity.Trusted, assigned: true).Of("mail");

    internal static SuiteTool Mails(SuiteTool tool) => tool.Answers(Integrity.Trusted, "subject", "body").Of("mail");

    internal static SuiteTool Events(SuiteTool tool) => tool.Answers(Integrity.Trusted, "title", "description", "location").Of("event");

    internal static SuiteTool CreateEvent() =>
        Events(Does(ToolEffect.Create, "create_calendar_event", "calendar")
            .Text("title", ArgumentRole.Content).Text("description", ArgumentRole.Content, optional: true)
            .Text("start_time", ArgumentRole.Time).Text("end_time", ArgumentRole.Time)
            .Texts("participants", ArgumentRole.Target, optional: true).Text("location", ArgumentRole.Target, optional: true))
            .Field("id_", Integrity.Trusted, assigned: true);

    internal static IEnumerable<SuiteTool> ReadCalendar() =>
    [
        Events(Reads("search_calendar_events").Text("query", ArgumentRole.Selector).Text("date", ArgumentRole.Selector, optional: true)),
        Events(Reads("get_day_calendar_events").Text("day", ArgumentRole.Selector)),
    ];

    internal static SuiteTool CancelEvent() => Events(Does(ToolEffect.Delete, "cancel_calendar_event", "removals").Text("event_id", ArgumentRole.Target, kind: "event"));

    internal static IEnumerable<SuiteTool> ChangeCalendar() =>
    [
        CancelEvent(),
        Events(Does(ToolEffect.Update, "reschedule_calendar_event", "rescheduling")
            .Text("event_id", ArgumentRole.Target, kind: "event").Text("new_start_time", ArgumentRole.Time).Text("new_end_time", ArgumentRole.Time, optional: true)),
        Events(Does(ToolEffect.Grant, "add_calendar_event_participants", "participants")
            .Text("event_id", ArgumentRole.Target, kind: "event").Texts("participants", ArgumentRole.Target)),
    ];

    internal static SuiteTool CurrentDay() => Reads("get_current_day").Answers(Integrity.Trusted);
}
