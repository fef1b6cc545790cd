using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>The context of a layout as a tree: records, and at their ends the numbers of values.</summary>
internal sealed class LayoutTree
{
    private readonly SortedDictionary<string, LayoutTree> _members = new(StringComparer.Ordinal);

    /// <summary>The number of the value, or <see cref="LayoutPath.Record"/>.</summary>
    private int _slot = LayoutPath.Record;

    public static LayoutTree Create(ImmutableArray<ImmutableArray<string>> paths)
    {
        var root = new LayoutTree();
        for (var slot = 0; slot < paths.Length; slot++)
        {
            var node = root;
            foreach (var name in paths[slot])
            {
                if (name.Length == 0)
                {
                    throw Refuse(paths[slot], "has an empty name");
                }

                if (node._slot >= 0)
                {
                    throw Refuse(paths[slot], "leads below a value that the layout has already");
                }

                if (!node._members.TryGetValue(name, out var member))
                {
                    node._members.Add(name, member = new());
                }

                node = member;
            }

            if (node._slot >= 0 || node._members.Count > 0)
            {
                throw Refuse(paths[slot], node._slot >= 0 ? "is given twice" : "is a record that other paths lead into");
            }

            node._slot = slot;
        }

        return root;
    }

    public LayoutPath Follow(ImmutableArray<string> path)
    {
        var node = this;
        var steps = new List<int>(path.Length);
        foreach (var name in path)
        {
            if (!node._members.TryGetValue(name, out var member))
            {
                steps.Add(LayoutPath.Missing);
                break;
            }

            steps.Add(member._slot);
            node = member;
            if (member._slot >= 0)
            {
                break;
            }
        }

        return new([.. steps], steps.Count == path.Length);
    }

    public CedarRecord Build(ReadOnlySpan<CedarScalar> values)
    {
        var record = new CedarRecord.Builder(_members.Count);
        foreach (var (name, member) in _members)
        {
            if (member._slot < 0)
            {
                record.Add(name, member.Build(values));
            }
            else if (values[member._slot].IsPresent)
            {
                record.Add(name, values[member._slot].Operand.ToValue());
            }
        }

        return record.Build();
    }

    private static ArgumentException Refuse(ImmutableArray<string> path, string why) =>
        new($"The context path '{CedarText.Shorten(string.Join('.', path))}' {why}.");
}
