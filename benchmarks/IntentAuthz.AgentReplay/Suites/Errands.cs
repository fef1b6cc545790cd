using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>Tools that the longer, open-ended applications share: pages, files on the user's machine, mail.</summary>
internal static class Errands
{
    /// <summary>What only reads, by its name, as the benchmark's readme has it.</summary>
    internal static bool IsWrite(string tool) =>
        !(tool.StartsWith("get_", StringComparison.Ordinal) || tool.StartsWith("view_", StringComparison.Ordinal) || tool.StartsWith("search_", StringComparison.Ordinal)
            || tool.StartsWith("list_", StringComparison.Ordinal) || tool.StartsWith("read_", StringComparison.Ordinal)
            || tool is "browse_webpage" or "cart_total" or "download_file_through_id" or "git_pull" or "git_clone" or "git_get_linked_ssh_keys");

    internal static SuiteTool Acts(ToolEffect effect, string name) => Does(effect, name, "acting").Answers(Integrity.Trusted);

    internal static IEnumerable<SuiteTool> Pages() =>
    [
        Does(ToolEffect.Read, "browse_webpage", "browsing").Text("url", ArgumentRole.Target).Answers(Integrity.Untrusted),
        Does(ToolEffect.Create, "download_file_through_url", "browsing").Text("url", ArgumentRole.Target).Text("save_dir", ArgumentRole.Selector, optional: true).Answers(Integrity.Trusted),
        Reads("download_file_through_id").Text("file_id", ArgumentRole.Selector).Text("save_dir", ArgumentRole.Selector, optional: true).Answers(Integrity.Trusted),
    ];

    internal static SuiteTool Form() =>
        Does(ToolEffect.Send, "input_to_webpage", "entering").Text("url", ArgumentRole.Target)
            .Texts("input_ids", ArgumentRole.Selector).Texts("input_values", ArgumentRole.Target).Answers(Integrity.Untrusted);

    internal static IEnumerable<SuiteTool> Files() =>
    [
        Reads("list_directory").Text("path", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Reads("read_file").Text("path", ArgumentRole.Selector).Answers(Integrity.Untrusted),
        Does(ToolEffect.Create, "create_file", "files").Text("path", ArgumentRole.Target).Anything("content", ArgumentRole.Content, optional: true).Answers(Integrity.Trusted),
        Does(ToolEffect.Create, "create_dir", "files").Text("path", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Delete, "delete_node", "files").Text("path", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Create, "copy_node", "files").Text("source_path", ArgumentRole.Target).Text("destination_path", ArgumentRole.Target).Answers(Integrity.Trusted),
        Does(ToolEffect.Update, "move_node", "files").Text("source_path", ArgumentRole.Target).Text("destination_path", ArgumentRole.Target).Answers(Integrity.Trusted),
    ];

    internal static SuiteTool SendMoney() =>
        Acts(ToolEffect.Pay, "send_money")
            .Text("recipient", ArgumentRole.Target).Number("amount", ArgumentRole.Magnitude).Text("subject", ArgumentRole.Content).Text("date", ArgumentRole.Selector);

    internal static SuiteTool Verifies(string name) => Does(ToolEffect.Update, name, "verifying").Text("otp", ArgumentRole.Selector).Answers(Integrity.Trusted);
}
