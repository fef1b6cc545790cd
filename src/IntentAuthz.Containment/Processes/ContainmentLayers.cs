using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What this machine can really enforce, layer by layer. Each was tried, not looked up. Immutable.</summary>
public sealed class ContainmentLayers
{
    private static readonly Lazy<ContainmentLayers> s_current = new(Probe); // what was found stays so while the process runs

    private readonly ImmutableArray<LayerState> _states;

    internal ContainmentLayers(ImmutableArray<LayerState> states, int landlockVersion, ControlGroup.Places groups, Descriptor? emptyNetwork = null, bool countsInUserNamespace = false)
    {
        _states = states;
        LandlockVersion = landlockVersion;
        Groups = groups;
        EmptyNetwork = emptyNetwork;
        CountsInUserNamespace = countsInUserNamespace;
    }

    /// <summary>The layers as they were found when they were first asked for in this process.</summary>
    public static ContainmentLayers Current => s_current.Value;

    /// <summary>Every layer.</summary>
    public ImmutableArray<LayerState> States => _states;

    /// <summary>The version of the kernel's Landlock; 0 for none.</summary>
    public int LandlockVersion { get; }

    internal ControlGroup.Places Groups { get; }

    /// <summary>
    /// A network namespace with nothing in it, which all processes without network share: making one takes half a millisecond, and no socket can be
    /// made in it. Without it they would see the host's connections in <c>/proc/self/net</c>.
    /// </summary>
    internal Descriptor? EmptyNetwork { get; }

    /// <summary>Whether, for want of a control group, the user namespace of a process counts how many there are.</summary>
    internal bool CountsInUserNamespace { get; }

    /// <summary>Tries every layer. It takes some milliseconds and blocks.</summary>
    public static ContainmentLayers Probe() => LayerProbe.Run();

    /// <summary>Whether a layer is there.</summary>
    /// <param name="layer">The layer.</param>
    public bool Has(ContainmentLayer layer) => _states.Any(s => s.Layer == layer && s.IsEnforced);

    /// <summary>The first layer that bounds need and this machine lacks; null when it has all.</summary>
    /// <param name="bounds">The bounds.</param>
    public LayerState? MissingFor(ContainmentBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        List<ContainmentLayer> needed = [ContainmentLayer.OperatingSystem, ContainmentLayer.Landlock, ContainmentLayer.SystemCallFilter, ContainmentLayer.Capabilities, ContainmentLayer.PidNamespace];
        if (bounds.Hosts is { IsEmpty: false })
        {
            needed.Add(ContainmentLayer.NetworkNamespace);
        }

        if (bounds.Limits.MemoryBytes is not null)
        {
            needed.Add(ContainmentLayer.MemoryGroup);
        }

        if (bounds.Limits.Processes is not null)
        {
            needed.Add(ContainmentLayer.ProcessGroup);
        }

        return needed.Where(l => !Has(l)).Select(l => _states.FirstOrDefault(s => s.Layer == l) ?? new LayerState(l, false, "it was not looked for.")).FirstOrDefault();
    }

    /// <summary>The layers, one a line.</summary>
    public override string ToString() => string.Join('\n', _states);
}
