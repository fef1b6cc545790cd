using System.Text.Json;
using IntentAuthz.Cedar.Differential.Reference;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>Something both are asked.</summary>
/// <param name="Kind">What is asked, in general.</param>
/// <param name="About">Of what; may be empty.</param>
/// <param name="Call">How the reference is asked.</param>
/// <param name="Ours">Our answer.</param>
/// <param name="Read">Makes the reference's answer comparable.</param>
internal sealed record Question(string Kind, string About, ReferenceCall Call, string Ours, Func<JsonElement, string> Read);
