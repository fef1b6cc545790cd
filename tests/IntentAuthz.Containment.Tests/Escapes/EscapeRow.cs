namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>A row of the table in the docs.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Result">What came of it where the host is root.</param>
/// <param name="NotRoot">What came of it where it is not; null where that was not tried.</param>
/// <param name="IsRefusedNotRoot">Whether bounds that would stop it are refused to a host that is not root.</param>
internal sealed record EscapeRow(EscapeAttempt Attempt, EscapeResult Result, EscapeResult? NotRoot = null, bool IsRefusedNotRoot = false);
