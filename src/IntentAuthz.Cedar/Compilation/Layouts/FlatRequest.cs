namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>A request as it comes for a layout: three ids and plain values.</summary>
internal readonly ref struct FlatRequest(string principalId, string actionId, string resourceId, ReadOnlySpan<CedarScalar> values)
{
    private readonly string _principalId = principalId;
    private readonly string _actionId = actionId;
    private readonly string _resourceId = resourceId;

    public ReadOnlySpan<CedarScalar> Values { get; } = values;

    public string Id(Role role) => role switch
    {
        Role.Action => _actionId,
        Role.Principal => _principalId,
        _ => _resourceId,
    };
}
