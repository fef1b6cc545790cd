namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>What came of an attempt, without containment and with it.</summary>
/// <param name="ControlSucceeded">Whether it got out when nothing held it.</param>
/// <param name="ControlSaid">What it said then.</param>
/// <param name="ContainedSucceeded">Whether it got out of the containment.</param>
/// <param name="ContainedSaid">What stopped it.</param>
public sealed record EscapeResult(bool ControlSucceeded, string ControlSaid, bool ContainedSucceeded, string ContainedSaid);
