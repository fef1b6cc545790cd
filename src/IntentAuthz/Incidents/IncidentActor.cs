namespace IntentAuthz;

/// <summary>Who takes a step: a principal, or the holder of the operator key.</summary>
internal readonly record struct IncidentActor(Principal? Principal, OperatorKey? Key, string? Name)
{
    internal string Text => Principal?.ToString() ?? (Name is null ? "operator key" : $"operator key ({ShownText.Of(Name, 128)})");
}
