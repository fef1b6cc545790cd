using System.Collections.Frozen;
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
        string[] names = [.. schema.Names.Concat(declared.Keys).Distinct(StringComparer.Ordinal)];
        string[] given = [.. names.Where(name => declared.GetValueOrDefault(name) is not { IsHostOnly: true })];
        _whole = new RecordTemplate(given);
        _least = new RecordTemplate(schema.Required.Where(given.Contains));
        _all = names
            .Select(name => new KnownArgument(
                Encoding.UTF8.GetBytes(name), name, declared.GetValueOrDefault(name), schema.Property(name), given.Length > Few ? -1 : _whole.Names.IndexOf(name)))
            .ToFrozenDictionary(static a => a.Name, StringComparer.Ordinal);
        Places = given.Length > Few ? 0 : given.Length;
        Required = [.. schema.Required.Select(name => _all[name]).Where(static a => a.Declared is not ({ IsHostOnly: true } or { Default: not null }))];

        // A name that JSON can only write with an escape is found by its text.
        _first = [.. _all.Values.Where(static a => !a.Name.Contains('\\')).Take(Few)];
    }

    /// <summary>How many places there are for values; 0 where there would be too many.</summary>
    internal int Places { get; }

    /// <summary>Those that every call must give: policies are checked on that promise. Defaults are filled in later, and what the host supplies policy never sees.</summary>
    internal KnownArgument[] Required { get; }

    /// <summary>The place of the value of a name, or -1.</summary>
    internal int PlaceOf(string name) => _whole.Names.IndexOf(name);

    /// <summary>The record of the arguments that a call gives.</summary>
    internal CedarRecord ToRecord(in MemberBuffer given) => given.TryBuildLike(_whole) ?? given.TryBuildLike(_least) ?? given.Build();

    /// <summary>The record of the arguments that a call gives, by their places.</summary>
    /// <param name="values">The values.</param>
    /// <param name="json">What they were read from.</param>
    internal CedarRecord ToRecord(ArgumentValue[] values, byte[] json)
    {
        MemberBuffer given = default;
        AddTo(ref given, values, json);
        return ToRecord(given);
    }

    /// <summary>Adds the arguments that a call gives to others.</summary>
    internal void AddTo(ref MemberBuffer given, ArgumentValue[] values, byte[] json)
    {
        for (int place = 0; place < values.Length; place++)
        {
            if (values[place].ToValue(json) is { } value)
            {
                given.Add(_whole.Names[place], value);
            }
        }
    }

    /// <summary>The argument whose name the reader stands on, or null; and the name.</summary>
    /// <exception cref="InvalidOperationException">The name is not valid Unicode.</exception>
    internal KnownArgument? Find(in Utf8JsonReader member, out string name)
    {
        foreach (KnownArgument known in _first)
        {
            if (member.ValueSpan.SequenceEqual(known.Written))
            {
                name = known.Name;
                return known;
            }
        }

        name = member.GetString()!;
        return _all.GetValueOrDefault(name);
    }
}
