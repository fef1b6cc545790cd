using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A chat workspace: its server answers for who and where, signed-in members write the messages, and the web is the web.</summary>
internal static class Slack
{
    private static readonly string[] s_writes =
        ["add_user_to_channel", "send_direct_message", "send_channel_message", "invite_user_to_slack", "remove_user_from_slack", "post_webpage"];

    internal static SuiteDefinition Define() => new("slack", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "slack"), s_writes.Contains);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        Reads("get_channels").Answers(Integrity.Trusted),
        Reads("get_users_in_channel").Text("channel", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Reads("read_channel_messages").Text("channel", ArgumentRole.Selector).Answers(Integrity.Trusted).Field("body", Integrity.Known),
        Reads("read_inbox").Text("user", ArgumentRole.Selector).Answers(Integrity.Trusted).Field("body", Integrity.Known),
        Does(ToolEffect.Read, "get_webpage", "browsing").Text("url", ArgumentRole.Target).Answers(Integrity.Untrusted),
        Does(ToolEffect.Send, "send_direct_message", "messages").Text("recipient", ArgumentRole.Target).Text("body", ArgumentRole.Content).Answers(Integrity.Trusted),
        Does(ToolEffect.Send, "send_channel_message", "messages").Text("channel", ArgumentRole.Target).Text("body", ArgumentRole.Content).Answers(Integrity.Trusted),
        Does(ToolEffect.Send, "post_webpage", "messages").Text("url", ArgumentRole.Target).Text("content", ArgumentRole.Content).Answers(Integrity.Trusted),
        Does(ToolEffect.Grant, "add_user_to_channel", "membership").Text("user", ArgumentRole.Target).Text("channel", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Grant, "invite_user_to_slack", "invitations").Text("user", ArgumentRole.Target).Text("user_email", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Delete, "remove_user_from_slack", "removals").Text("user", ArgumentRole.Target).Answers(Integrity.Trusted),
    ];
}
