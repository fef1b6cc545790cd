namespace IntentAuthz.Cedar.Compilation;

/// <summary>A layout with what it needs of one binding: its three types, and where each path that policies read leads.</summary>
internal sealed class BoundLayout
{
    private readonly BoundType[] _types;
    private readonly LayoutPath[] _paths;

    public BoundLayout(RequestLayout layout, LiteralTable literals, BoundEntities entities)
    {
        Layout = layout;
        _types = [.. Enum.GetValues<Role>().Select(role => entities.FindType(layout.Type(role)))];
        _paths = [.. literals.ContextPaths.Select(layout.Root.Follow)];
    }

    public RequestLayout Layout { get; }

    public ResolvedEntity Resolve(Role role, string id) => _types[(int)role].Find(id);

    public LayoutPath Path(int path) => _paths[path];
}
