namespace Quickstart.Claims;

/// <summary>One thing the quickstart says of itself.</summary>
/// <param name="Text">The claim.</param>
/// <param name="Holds">Whether it held; null when the model did not do what it is about, which a real model may choose.</param>
/// <param name="Evidence">What was looked at, and what was found.</param>
internal sealed record Claim(string Text, bool? Holds, string Evidence);
