using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The labels that a descriptor declares for the parts of its results, as a tree of names. Immutable.</summary>
internal sealed class ResultLabels
{
    internal const string Any = "*";

    private readonly ImmutableDictionary<string, ResultLabels> _members;

    private ResultLabels(Label label, bool isAssigned, ImmutableDictionary<string, ResultLabels> members)
    {
        Label = label;
        IsAssigned = isAssigned;
        _members = members;
        Worst = label;
        Best = isAssigned ? Integrity.Untrusted : label.Integrity;
        foreach (ResultLabels member in members.Values)
        {
            Worst = Worst.Combine(member.Worst);
            Best = member.Best > Best ? member.Best : Best;
        }
    }

    /// <summary>The label of a value here.</summary>
    internal Label Label { get; }

    internal bool IsAssigned { get; }

    /// <summary>The worst of everything from here on: what a result has that is no JSON, so that its parts cannot be told apart.</summary>
    internal Label Worst { get; }

    /// <summary>The most that any part from here on can be trusted that arguments can make worse: where that is nothing, nobody need ask where they came from.</summary>
    internal Integrity Best { get; }

    /// <summary>Whether the names of members are data here.</summary>
    internal bool NamesAreData => _members.ContainsKey(Any);

    internal ResultLabels Member(string name) =>
        _members.TryGetValue(name, out ResultLabels? member) || _members.TryGetValue(Any, out member) ? member
        : _members.IsEmpty ? this
        : new ResultLabels(Label, IsAssigned, ImmutableDictionary<string, ResultLabels>.Empty);

    internal static ResultLabels Of(Label whole, IEnumerable<ResultField> fields) => Build(whole, false, [.. fields.Select(static f => (f.Path.Split('.'), f))], 0);

    private static ResultLabels Build(Label label, bool isAssigned, ImmutableArray<(string[] Path, ResultField Field)> fields, int depth)
    {
        ImmutableDictionary<string, ResultLabels>.Builder members = ImmutableDictionary.CreateBuilder<string, ResultLabels>(StringComparer.Ordinal);
        foreach (IGrouping<string, (string[] Path, ResultField Field)> group in fields.Where(f => f.Path.Length > depth).GroupBy(f => f.Path[depth], StringComparer.Ordinal))
        {
            ResultField? own = group.FirstOrDefault(f => f.Path.Length == depth + 1).Field;
            members.Add(group.Key, Build(own?.Label ?? label, own?.IsAssigned ?? isAssigned, [.. group], depth + 1));
        }

        return new ResultLabels(label, isAssigned, members.ToImmutable());
    }
}
