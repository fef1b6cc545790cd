using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What an incident's subject was lent, as far as it is known, and sentences about what is not known.</summary>
/// <param name="Pairs">Which issuers lent it which profiles.</param>
/// <param name="Unknown">What may be missing, one sentence each.</param>
internal sealed record LentCredentials(HashSet<(string Issuer, string Profile)> Pairs, ImmutableArray<string> Unknown);
