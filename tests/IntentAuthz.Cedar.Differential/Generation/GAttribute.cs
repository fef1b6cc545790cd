namespace IntentAuthz.Cedar.Differential.Generation;

internal sealed record GAttribute(string Name, GType Type, bool IsRequired);
