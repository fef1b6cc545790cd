namespace IntentAuthz;

/// <summary>Whose approval is needed: so many distinct people who hold a role.</summary>
/// <param name="Role">The role, or an empty string for anyone whom policy lets approve.</param>
/// <param name="Count">How many distinct people, 1 to 10.</param>
public readonly record struct ApprovalRequirement(string Role, int Count)
{
    /// <summary>As in <c>@approval</c>: <c>finance</c> or <c>finance:2</c>.</summary>
    public override string ToString() => Count == 1 ? Role : $"{Role}:{Count}";
}
