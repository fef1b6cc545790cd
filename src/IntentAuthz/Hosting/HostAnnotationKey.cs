namespace IntentAuthz;

/// <summary>An annotation key of the host's own.</summary>
internal sealed record HostAnnotationKey(string Key);
