namespace IntentAuthz.Cedar.Fuzz.Targets;

internal sealed class LawBrokenException(string message) : Exception(message);
