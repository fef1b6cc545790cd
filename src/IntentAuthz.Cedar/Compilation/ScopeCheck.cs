using System.Runtime.InteropServices;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>What of one scope constraint is left to check after the index has chosen the rule: numbers to compare.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct ScopeCheck(ScopeKind kind, int typeId, int target)
{
    /// <summary>The form; <see cref="ScopeKind.Any"/> where nothing is left.</summary>
    public ScopeKind Kind { get; } = kind;

    /// <summary>The type of <see cref="ScopeKind.Is"/> and <see cref="ScopeKind.IsIn"/>.</summary>
    public int TypeId { get; } = typeId;

    /// <summary>The literal compared with; for <see cref="ScopeKind.InSet"/> the number of the set among the compiled literal sets.</summary>
    public int Target { get; } = target;

    public bool Admits(Role role, ref RequestView view)
    {
        switch (Kind)
        {
            case ScopeKind.Any:
                return true;
            case ScopeKind.Is:
                return view.Is(role, TypeId);
            case ScopeKind.Equal:
                return view.Resolve(role).Id == Target;
            case ScopeKind.In:
                return view.Resolve(role).IsIn(Target);
            case ScopeKind.IsIn:
                return view.Is(role, TypeId) && view.Resolve(role).IsIn(Target);
            default:
                return view.Resolve(role).IsInAny(view.Literals.EntitySets[Target]);
        }
    }
}
