using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>A set of argument roles. Its Cedar value is one of 64 that are made once.</summary>
internal readonly record struct RoleSet(byte Bits)
{
    private static readonly CedarSet[] s_values = [.. Enumerable.Range(0, 1 << 6).Select(static bits => CedarSet.Create(
        Enum.GetValues<ArgumentRole>().Where(r => (bits & (1 << (int)r)) != 0).Select(static r => (CedarValue)r.Name())))];

    internal CedarSet Value => s_values[Bits];

    internal RoleSet WithIf(bool condition, ArgumentRole role) => condition ? With(role) : this;

    internal RoleSet With(ArgumentRole role) => new((byte)(Bits | (1 << (int)role)));
}
