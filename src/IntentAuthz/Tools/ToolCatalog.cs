using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>
/// The tools a host has described, found by their exact name. Reads take no lock: the catalogue is a frozen table that
/// <see cref="Add"/> replaces as a whole. Safe for use by many threads.
/// </summary>
public sealed class ToolCatalog
{
    private readonly Lock _adding = new(); // protects the read-copy-update of _tools
    private readonly Dictionary<string, string> _skeletons = new(StringComparer.Ordinal); // skeleton of a name -> the name; guarded by _adding
    private FrozenDictionary<string, ToolDescriptor> _tools;

    /// <summary>Makes a catalogue.</summary>
    /// <param name="tools">The tools.</param>
    /// <exception cref="ArgumentException">Two tools have the same name, or names that look alike.</exception>
    public ToolCatalog(IEnumerable<ToolDescriptor> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        _tools = FrozenDictionary<string, ToolDescriptor>.Empty;
        Dictionary<string, ToolDescriptor> table = new(StringComparer.Ordinal);
        foreach (ToolDescriptor tool in tools)
        {
            Insert(table, tool);
        }

        _tools = table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All tools, in no order.</summary>
    public IReadOnlyCollection<ToolDescriptor> Tools => Volatile.Read(ref _tools).Values;

    /// <summary>Adds a tool while serving.</summary>
    /// <param name="tool">The tool.</param>
    /// <exception cref="ArgumentException">A tool of this name, or of one that looks like it, is there already.</exception>
    public void Add(ToolDescriptor tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        lock (_adding)
        {
            Dictionary<string, ToolDescriptor> table = new(_tools, StringComparer.Ordinal);
            Insert(table, tool);
            Volatile.Write(ref _tools, table.ToFrozenDictionary(StringComparer.Ordinal));
        }
    }

    /// <summary>Finds a tool by its exact name.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    /// <param name="tool">The tool, when there is one.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out ToolDescriptor? tool) =>
        Volatile.Read(ref _tools).TryGetValue(name, out tool);

    private void Insert(Dictionary<string, ToolDescriptor> table, ToolDescriptor tool)
    {
        string skeleton = LookAlike.Skeleton(tool.Name);
        if (_skeletons.TryGetValue(skeleton, out string? name))
        {
            throw new ArgumentException(
                $"The tool '{tool.Name}' has the name of the tool '{name}' or one that can be mistaken for it; rename one of them.", nameof(tool));
        }

        _skeletons.Add(skeleton, tool.Name);
        table.Add(tool.Name, tool);
    }
}
