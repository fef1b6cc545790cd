using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The arguments that a call of a tool can have, by name: found by the bytes they are written in, so that an ordinary call makes no text of
/// its names. Immutable.
/// </summary>
internal sealed class KnownArguments
{
    private const int Few = 16; // so many are compared one by one

    private readonly KnownArgument[] _first;
    private readonly FrozenDictionary<string, KnownArgument> _all;
    private readonly RecordTemplate _whole; // of a call that gives all of them, and of one that gives what it must
    private readonly RecordTemplate _least;

    internal KnownArguments(JsonShape schema, IReadOnlyDictionary<string, ArgumentDescriptor> declared)
    {
        _all = schema.Names.Concat(declared.Keys).Distinct(StringComparer.Ordinal)
            .Select(name => new KnownArgument(Encoding.UTF8.GetBytes(name), name, declared.GetValueOrDefault(name), schema.Property(name)))
            .ToFrozenDictionary(static a => a.Name, StringComparer.Ordinal);

        // A name that JSON can only write with an escape is found by its text.
        _whole = new RecordTemplate(_all.Values.Where(static a => a.Declared is not { IsHostOnly: true }).Select(static a => a.Name));
        _least = new RecordTemplate(schema.Required.Select(name => _all[name]).Where(static a => a.Declared is not { IsHostOnly: true }).Select(static a => a.Name));
        _first = [.. _all.Values.Where(static a => !a.Name.Contains('\\')).Take(Few)];
    }

    /// <summary>The record of the arguments that a call gives.</summary>
    internal CedarRecord ToRecord(in MemberBuffer given) => given.TryBuildLike(_whole) ?? given.TryBuildLike(_least) ?? given.Build();

    /// <summary>The argument that a member is, or null; and the member's name.</summary>
    /// <exception cref="InvalidOperationException">The name is not valid Unicode.</exception>
    internal KnownArgument? Find(JsonProperty member, out string name)
    {
        ReadOnlySpan<byte> written = JsonMarshal.GetRawUtf8PropertyName(member);
        foreach (KnownArgument known in _first)
        {
            if (written.SequenceEqual(known.Written))
            {
                name = known.Name;
                return known;
            }
        }

        name = member.Name;
        return _all.GetValueOrDefault(name);
    }
}
