using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What the members of the policy context are called in explanations, so that a reader needs neither Cedar nor the context's shape.</summary>
public static class PolicyVocabulary
{
    private const int MaxName = 60;

    private static readonly ArgumentRole[] s_roles = Enum.GetValues<ArgumentRole>();

    /// <summary>The words for a request as docs/policies.md describes it, for <see cref="CedarExplainer"/>.</summary>
    /// <param name="principal">Who acts; it decides whether that is "the agent" or "the person".</param>
    /// <param name="tool">The tool that is called, whose arguments are then named; null when it is not known.</param>
    public static CedarVocabulary Create(EntityUid principal, ToolDescriptor? tool = null)
    {
        CedarVocabulary words = new CedarVocabulary()
            .Name("principal", principal.Type switch { EntityTypes.Agent => "the agent", EntityTypes.Person => "the person", EntityTypes.Service => "the service", _ => "the principal" })
            .Name("context.input.*", "{0}")
            .Name("context.task.*", "the task's {0}")
            .Name("context.task.expires", "the end of the task")
            .Name("context.task.ceiling", "the task's risk ceiling")
            .Name("context.history.calls", "the number of calls so far")
            .Name("context.history.denials", "the number of denied calls so far")
            .Name("context.history.errors", "the number of failed calls so far")
            .Name("context.history.approvalsAsked", "the number of approvals asked for so far")
            .Name("context.history.services", "the list of services reached so far")
            .Name("context.history.resources", "the number of resources reached so far")
            .Name("context.history.integrity", "the worst integrity of what the task has read")
            .Name("context.history.confidentiality", "the highest confidentiality of what the task has read")
            .Name("context.history.signals", "the list of signals raised in the task")
            .Name("context.history.sinceOpened", "the time since the task was opened")
            .Name("context.history.sinceLastCall", "the time since the last call")
            .Name("context.history.sinceLastDenial", "the time since the last denied call")
            .Name("context.risk.class", "the tool's risk class")
            .Name("context.risk.level", "the tool's risk level (1 to 4)")
            .Name("context.risk.score", "the risk score (0 to 100)")
            .Name("context.risk.ceiling", "the task's ceiling for the risk score")
            .Name("context.risk.content", "how the text follows what the user dictated")
            .Name("context.approval.approvers", "the list of people who approved")
            .Name("context.approval.approverServices", "the list of services that approved")
            .Say("context.approval.approved", "the call", "be", "approved")
            .Name("context.delegation.user", "the user the agent acts for")
            .Name("context.delegation.service", "the service the agent acts for")
            .Name("context.delegation.agents", "the list of agents it was delegated through")
            .Name("context.delegation.depth", "the number of agents it was delegated through")
            .Name("context.system.now", "the time");
        foreach (ArgumentRole role in s_roles)
        {
            AddRole(words, role, tool);
        }

        foreach (string argument in tool?.Arguments.Keys ?? [])
        {
            AddArgument(words, argument);
        }

        return words;
    }

    private static void AddRole(CedarVocabulary words, ArgumentRole role, ToolDescriptor? tool)
    {
        string[] arguments = tool is null ? [] : [.. tool.Arguments.Values.Where(a => a.Role == role).Select(static a => Plain(a.Name)).Order(StringComparer.Ordinal).Take(4)];
        string name = role.Name();
        string subject = arguments switch
        {
            [] => $"the {name} of the call",
            [string one] => $"{one} (the {name} of the call)",
            _ => $"every {name} of the call ({string.Join(", ", arguments)})",
        };
        string In(string set) => $"context.risk.{set}.contains(\"{name}\")";
        words
            .Say(In("roles"), "the call", "have", $"a {name}")
            .Say(In("untrustedRoles"), subject, "come", "from the user, the task or a trusted source", saysOpposite: true)
            .Say(In("strangerRoles"), subject, "come", "from an untrusted result, such as a mail or a web page")
            .Say(In("unnamedRoles"), subject, "be", "named by the user, the task or an endorsement", saysOpposite: true)
            .Say(In("unlinkedRoles"), subject, "be", "what the user's request speaks of", saysOpposite: true)
            .Say(In("contestedRoles"), subject, "be", "contested by an untrusted result")
            .Say(In("carryingRoles"), subject, "carry", "an address or a text that only a stranger or the model came up with");
    }

    private static void AddArgument(CedarVocabulary words, string argument)
    {
        string name = Plain(argument);
        string of = $"context.provenance[{CedarText.Quote(argument)}]";
        words
            .Say($"{of}.trusted", name, "come", "from the user, the task or a trusted source")
            .Say($"{of}.named", name, "be", "named by the user, the task or an endorsement")
            .Say($"{of}.linked", name, "be", "what the user's request speaks of")
            .Say($"{of}.contested", name, "be", "contested by an untrusted result")
            .Say($"{of}.carries", name, "carry", "an address or a text that only a stranger or the model came up with");
        if (argument.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            words.Name($"context.provenance.{argument}.source", $"the source of {name}")
                .Name($"context.provenance.{argument}.role", $"the role of {name}")
                .Name($"context.provenance.{argument}.link", $"the link of {name} to the request");
        }
    }

    /// <summary>A name without characters that hide, and not longer than a line bears.</summary>
    internal static string Plain(string name) =>
        CedarText.Quote(name.Length <= MaxName ? name : $"{name[..(char.IsHighSurrogate(name[MaxName - 1]) ? MaxName - 1 : MaxName)]}…")[1..^1];
}
