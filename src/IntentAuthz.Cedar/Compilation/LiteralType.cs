namespace IntentAuthz.Cedar.Compilation;

/// <summary>An entity type that policies name after <c>is</c>, with the blocks of rules kept under it.</summary>
internal sealed class LiteralType(int id, string name)
{
    private readonly RuleBlock?[] _is = new RuleBlock?[3];

    public int Id { get; } = id;

    public string Name { get; } = name;

    public void Keep(Role role, RuleBlock block) => _is[(int)role] = block;

    /// <summary>The rules for requests in which an entity of the type stands.</summary>
    public RuleBlock? Is(Role role) => _is[(int)role];
}
