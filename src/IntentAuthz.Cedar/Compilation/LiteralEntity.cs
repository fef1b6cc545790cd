namespace IntentAuthz.Cedar.Compilation;

/// <summary>An entity that policies name, with the blocks of rules kept under it.</summary>
internal sealed class LiteralEntity(int id, EntityUid uid)
{
    private readonly RuleBlock?[] _equal = new RuleBlock?[3];
    private readonly RuleBlock?[] _in = new RuleBlock?[3];

    public int Id { get; } = id;

    public EntityUid Uid { get; } = uid;

    /// <summary>Whether a policy asks what is in it: the others need not be looked for among ancestors.</summary>
    public bool IsContainer { get; set; }

    public void Keep(Role role, bool isIn, RuleBlock block) => (isIn ? _in : _equal)[(int)role] = block;

    /// <summary>The rules for requests in which it stands itself.</summary>
    public RuleBlock? Equal(Role role) => _equal[(int)role];

    /// <summary>The rules for requests in which it or something in it stands.</summary>
    public RuleBlock? In(Role role) => _in[(int)role];
}
