using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>The names that members of an object are expected to have, so that a call which uses them makes no text of its own. Immutable.</summary>
internal sealed class KnownNames
{
    /// <summary>So many are compared one by one; whoever has more pays for the text.</summary>
    private const int MaxNames = 24;

    private readonly (byte[] Written, string Name)[] _names;

    internal KnownNames(IEnumerable<string> names)
    {
        // A name that JSON writes with an escape can be written in several ways: those are read as they come.
        _names = [.. names.Distinct(StringComparer.Ordinal).Where(static n => !n.Contains('\\')).Take(MaxNames).Select(static n => (Encoding.UTF8.GetBytes(n), n))];
    }

    /// <summary>The member's name: the known one, where it is spelled without escapes.</summary>
    /// <exception cref="InvalidOperationException">The name is not valid Unicode.</exception>
    internal string Of(JsonProperty member)
    {
        ReadOnlySpan<byte> written = JsonMarshal.GetRawUtf8PropertyName(member);
        foreach ((byte[] known, string name) in _names)
        {
            if (written.SequenceEqual(known))
            {
                return name;
            }
        }

        return member.Name;
    }
}
