using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>The rules of a set, beside those that lie with the literals they are kept under.</summary>
/// <param name="Always">The rules that any request may concern.</param>
/// <param name="Roles">The roles whose entities bring further rules into question.</param>
internal sealed record RuleIndex(RuleBlock Always, ImmutableArray<Role> Roles);
