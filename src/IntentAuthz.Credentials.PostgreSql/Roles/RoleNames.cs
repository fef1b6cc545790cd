using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// The names of the roles that an issuer makes: its prefix and 32 hexadecimal digits for a lease, its prefix and <c>scope_…</c> for a scope.
/// Nothing with another name is ever touched, and no issuer's prefix makes names of another's.
/// </summary>
internal sealed class RoleNames
{
    internal const int MaxPrefix = 24;
    private const int HexLength = 32;
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");
    private const string LeaseIdPrefix = "lease_";

    internal RoleNames(string prefix) => Prefix = prefix;

    internal string Prefix { get; }

    /// <summary>A regular expression that matches lease roles, whole. A prefix has no character that means something in it.</summary>
    internal string LeasePattern => $"^{Prefix}[0-9a-f]{{{HexLength}}}$";

    internal static bool IsPrefix([NotNullWhen(true)] string? prefix) =>
        prefix is { Length: >= 2 and <= MaxPrefix } && char.IsAsciiLetterLower(prefix[0]) && prefix[^1] == '_'
        && prefix.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !prefix.StartsWith("pg_", StringComparison.Ordinal);

    internal string OfLease(LeaseId id)
    {
        string value = id.Value;
        return value.StartsWith(LeaseIdPrefix, StringComparison.Ordinal) && IsHex(value.AsSpan(LeaseIdPrefix.Length))
            ? Prefix + value[LeaseIdPrefix.Length..]
            : Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, HexLength / 2));
    }

    internal LeaseId LeaseOf(string role) => new(LeaseIdPrefix + role[Prefix.Length..]);

    internal bool IsLease(string role) => role.StartsWith(Prefix, StringComparison.Ordinal) && IsHex(role.AsSpan(Prefix.Length));

    /// <summary>Readable for a person, and made unique by a digest of the scope's name, from which unusual characters are left out.</summary>
    internal string OfScope(string scope)
    {
        string readable = new([.. scope.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_').Take(22)]);
        return $"{Prefix}scope_{readable}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)).AsSpan(0, 5))}";
    }

    private static bool IsHex(ReadOnlySpan<char> text) => text.Length == HexLength && !text.ContainsAnyExcept(s_hex);
}
