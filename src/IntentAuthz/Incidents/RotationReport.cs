using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What became of the secrets that were lent, and sentences about those that may have been lent and are not known.</summary>
internal sealed record RotationReport(ImmutableArray<SecretRotation> Rotations, ImmutableArray<string> Unknown);
