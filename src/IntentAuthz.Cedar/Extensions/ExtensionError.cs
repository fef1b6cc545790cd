namespace IntentAuthz.Cedar.Extensions;

/// <summary>Why a call has no value: the argument that is to blame, or -1 for the call as a whole.</summary>
internal sealed record ExtensionError(string Message, int Argument = -1, string? Help = null);
