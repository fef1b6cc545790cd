namespace IntentAuthz.Containment;

/// <summary>Told of what a contained process wrote.</summary>
/// <param name="isError">Whether it is from the standard error, instead of the standard output.</param>
/// <param name="bytes">The bytes; a character can be cut in two.</param>
public delegate void ProcessOutputHandler(bool isError, ReadOnlySpan<byte> bytes);
