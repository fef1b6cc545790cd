using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Policies;

/// <summary>What a verb that decides was told.</summary>
internal sealed record GivenRequest(CedarRequest Request, PolicySet Policies, EntityStore Entities);
