using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>
/// The tools a host has described, found by their exact name. Reads take no lock: the catalogue is a frozen table that
/// <see cref="Add(ToolDescriptor)"/> replaces as a whole. Safe for use by many threads.
/// </summary>
public sealed class ToolCatalog
{
    private readonly Lock _adding = new(); // protects the read-copy-update of _tools
    private readonly Dictionary<string, string> _skeletons = new(StringComparer.Ordinal); // skeleton of a name -> the name; guarded by _adding
    private FrozenDictionary<string, ToolDescriptor> _tools;
    private Action<IReadOnlyCollection<ToolDescriptor>>? _prepare; // guarded by _adding

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
    /// <exception cref="PolicyLoadException">A policy in force does not fit the tool, such as one about its action group that reads an argument it does not take. The tool is not added.</exception>
    public void Add(ToolDescriptor tool) => Add([tool]);

    /// <summary>Adds tools while serving, all or none: quicker than one by one, since policies are checked once.</summary>
    /// <param name="tools">The tools.</param>
    /// <exception cref="ArgumentException">A tool of one of the names, or of one that looks like it, is there already.</exception>
    /// <exception cref="PolicyLoadException">A policy in force does not fit one of the tools. None is added.</exception>
    public void Add(IEnumerable<ToolDescriptor> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        lock (_adding)
        {
            Dictionary<string, ToolDescriptor> table = new(_tools, StringComparer.Ordinal);
            List<string> inserted = [];
            try
            {
                foreach (ToolDescriptor tool in tools)
                {
                    ArgumentNullException.ThrowIfNull(tool);
                    inserted.Add(Insert(table, tool));
                }

                _prepare?.Invoke(table.Values);
            }
            catch
            {
                inserted.ForEach(skeleton => _skeletons.Remove(skeleton));
                throw;
            }

            Volatile.Write(ref _tools, table.ToFrozenDictionary(StringComparer.Ordinal));
        }
    }

    /// <summary>Has tools that are added looked at before they can be called.</summary>
    internal void BeforeAdding(Action<IReadOnlyCollection<ToolDescriptor>> prepare)
    {
        lock (_adding)
        {
            _prepare = prepare;
        }
    }

    /// <summary>Finds a tool by its exact name.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    /// <param name="tool">The tool, when there is one.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out ToolDescriptor? tool) =>
        Volatile.Read(ref _tools).TryGetValue(name, out tool);

    private string Insert(Dictionary<string, ToolDescriptor> table, ToolDescriptor tool)
    {
        string skeleton = LookAlike.Skeleton(tool.Name);
        if (_skeletons.TryGetValue(skeleton, out string? name))
        {
            throw new ArgumentException(
                $"The tool '{tool.Name}' has the name of the tool '{name}' or one that can be mistaken for it; rename one of them.", nameof(tool));
        }

        _skeletons.Add(skeleton, tool.Name);
        table.Add(tool.Name, tool);
        return skeleton;
    }
}
