namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>An argument and a result of the host's own type.</summary>
public sealed record Payment(string To, long Amount);
