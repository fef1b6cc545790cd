using static IntentAuthz.AgentReplay.Suites.Errands;
using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A developer's assistant: the forge answers for names and members; whoever likes writes issues, files and mails.</summary>
internal static class GitHub
{
    internal static SuiteDefinition Define() =>
        new("github", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "mail", "errands", "fetching"), IsWrite);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        Office.SendEmail(),
        Office.Mails(Reads("get_received_emails")),
        Office.Mails(Reads("get_sent_emails")),
        Office.Mails(Reads("get_github_linked_unread_emails")),
        .. Pages(),
        Does(ToolEffect.Send, "input_to_webpage", "entering").Text("url", ArgumentRole.Target).Anything("inputs", ArgumentRole.Target).Answers(Integrity.Untrusted),
        .. Files(),
        Acts(ToolEffect.Create, "git_create_repo").Text("repo_name", ArgumentRole.Target),
        Acts(ToolEffect.Delete, "git_delete_repo").Text("repo_name", ArgumentRole.Target),
        Acts(ToolEffect.Grant, "git_transfer_repo_ownership")
            .Text("repo_name", ArgumentRole.Target).Text("new_owner_username", ArgumentRole.Target, optional: true).Text("new_owner_email", ArgumentRole.Target, optional: true),
        Does(ToolEffect.Read, "git_clone", "fetching").Text("repo_name", ArgumentRole.Target).Text("local_dir_path", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Does(ToolEffect.Read, "git_pull", "fetching")
            .Text("local_path", ArgumentRole.Target, optional: true).Text("repo_name", ArgumentRole.Target, optional: true).Flag("overwrite_local").Answers(Integrity.Untrusted),
        Acts(ToolEffect.Grant, "git_invite_collaborators").Text("repo_name", ArgumentRole.Target).Text("collaborator_email", ArgumentRole.Target),
        Does(ToolEffect.Update, "git_push", "pushing").Text("local_path", ArgumentRole.Target).Flag("force").Answers(Integrity.Trusted),
        Does(ToolEffect.Create, "git_issue", "entering").Answers(Integrity.Trusted).Text("repo_name", ArgumentRole.Target).Text("title", ArgumentRole.Content).Text("comment_body", ArgumentRole.Content),
        Acts(ToolEffect.Update, "git_star").Text("repo_name", ArgumentRole.Target),
        Acts(ToolEffect.Delete, "git_unstar").Text("repo_name", ArgumentRole.Target),
        Reads("get_logged_in_github_user_information").Answers(Integrity.Trusted),
        Reads("get_github_account_user_information").Text("username", ArgumentRole.Selector, optional: true).Text("email", ArgumentRole.Selector, optional: true).Answers(Integrity.Trusted),
        Reads("get_github_repository_information").Text("repo_name", ArgumentRole.Selector).Answers(Integrity.Trusted, "issues", "repository file tree"),
        Reads("git_get_linked_ssh_keys").Answers(Integrity.Trusted),
        Acts(ToolEffect.Create, "git_add_ssh_key").Text("ssh_key", ArgumentRole.Target),
        Acts(ToolEffect.Delete, "git_delete_ssh_key").Text("ssh_key", ArgumentRole.Target),
        Does(ToolEffect.Execute, "login_github_account", "entering").Text("username", ArgumentRole.Target).Text("password", ArgumentRole.Target).Answers(Integrity.Trusted),
        Acts(ToolEffect.Update, "update_github_account_password").Text("password", ArgumentRole.Target),
        Verifies("verify_github_account"),
    ];
}
