using System.Collections.Immutable;
using System.Numerics;

namespace IntentAuthz;

/// <summary>The names of the context's members, in one place for building it and for finding out what policies read.</summary>
internal static class ContextNames
{
    /// <summary>How many there are.</summary>
    internal const int Count = 8;

    /// <summary>The place of a name that is none of them.</summary>
    internal const int None = -1;

    internal static readonly (ContextParts Part, string Name)[] All =
    [
        (ContextParts.Input, "input"),
        (ContextParts.Task, "task"),
        (ContextParts.History, "history"),
        (ContextParts.Risk, "risk"),
        (ContextParts.Provenance, "provenance"),
        (ContextParts.Approval, "approval"),
        (ContextParts.Delegation, "delegation"),
        (ContextParts.System, "system"),
    ];

    private static readonly RecordTemplate[] s_templates =
        [.. Enumerable.Range(0, 1 << Count).Select(static parts => new RecordTemplate(All.Where(n => ((ContextParts)parts & n.Part) != 0).Select(static n => n.Name)))];

    /// <summary>The places in <see cref="All"/> in the order of the names, as a record has them.</summary>
    internal static readonly ImmutableArray<int> InOrder = [.. Enumerable.Range(0, Count).OrderBy(static place => All[place].Name, StringComparer.Ordinal)];

    /// <summary>Where a name stands in <see cref="All"/>, or <see cref="None"/>.</summary>
    internal static int PlaceOf(string name)
    {
        for (int place = 0; place < All.Length; place++)
        {
            if (All[place].Name == name)
            {
                return place;
            }
        }

        return None;
    }

    /// <summary>The name of one member.</summary>
    internal static string NameOf(ContextParts part) => All[BitOperations.TrailingZeroCount((int)part)].Name;

    /// <summary>What a context of those members is made from.</summary>
    internal static RecordTemplate Template(ContextParts parts) => s_templates[(int)parts];
}
