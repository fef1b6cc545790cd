using System.Collections.Frozen;
using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Works out what must hold for a contained call, profile ∩ mandates, and has the provider make it ready.</summary>
internal sealed partial class Containments(
    IEnumerable<ContainmentProfile> profiles, IContainmentProvider? provider, TimeSpan timeout, TimeProvider time, ILogger<Containments> logger)
{
    private readonly FrozenDictionary<string, ContainmentProfile> _profiles = profiles.ToFrozenDictionary(static p => p.Name, StringComparer.Ordinal);
    private readonly ILogger<Containments> _logger = logger;

    /// <summary>The guard, once it is put together: what runs contained comes back to it.</summary>
    internal Guard Guard { get; set; } = null!; // set by the host right after the guard is made, before anything is called

    internal bool Knows(string profile) => _profiles.ContainsKey(profile);

    internal async ValueTask<ContainmentResult> PrepareAsync(
        CallId call, AgentTask task, ToolDescriptor tool, ImmutableArray<string> names, CancellationToken cancellationToken)
    {
        if (provider is null)
        {
            return ContainmentResult.Unavailable(
                $"The call must run contained by {string.Join(", ", names)}, and nothing here can enforce that. Add a provider by UseContainment.");
        }

        if (Plan(task, names, out ContainmentBounds? bounds, out string? workspace) is { } problem)
        {
            return ContainmentResult.Unavailable(problem);
        }

        ContainmentRequest request = new(Guard, call, task, tool, names, bounds!, workspace);
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken wait = waiting.Token;
        Task<ContainmentResult> preparing = Task.Run(() => provider.PrepareAsync(request, wait).AsTask(), CancellationToken.None); // it may work before it first waits
        try
        {
            return await preparing.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _ = EndAfterAsync(preparing);
            await waiting.CancelAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogFailed(e, string.Join(", ", names));
            return ContainmentResult.Unavailable($"The containment {string.Join(", ", names)} could not be made ready ({e.GetType().Name}); see the log.");
        }
    }

    /// <summary>What takes effect, or what stands in the way of it.</summary>
    private string? Plan(AgentTask task, ImmutableArray<string> names, out ContainmentBounds? bounds, out string? workspace)
    {
        (bounds, workspace) = (null, null);
        foreach (string name in names)
        {
            if (!_profiles.TryGetValue(name, out ContainmentProfile? profile))
            {
                return $"The containment profile '{name}' is not declared. Declare it by AddContainmentProfile.";
            }

            ContainmentBounds granted = profile.Bounds.For(task);
            bounds = bounds?.Intersect(granted) ?? granted;
            string? directory = profile.Workspace is null ? null : ContainmentPath.For(task, [profile.Workspace])!.Value[0];
            if (workspace is not null && directory is not null && workspace != directory)
            {
                return $"The containment profiles {string.Join(", ", names)} begin in different directories; give them one workspace.";
            }

            workspace ??= directory;
        }

        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (above.Mandate.Containment is { } narrowed)
            {
                bounds = bounds!.Intersect(narrowed.For(above));
            }
        }

        if (workspace is { } begin && !bounds!.Writes!.Value.Any(w => ContainmentPath.Contains(w, begin)))
        {
            return $"A mandate leaves less to write than the workspace of {string.Join(", ", names)}; narrow the profile's workspace to it.";
        }

        return bounds!.Hosts!.Value.Length > ContainmentBounds.MaxEntries
            ? $"The hosts of {string.Join(", ", names)} and of the mandates meet in more than {ContainmentBounds.MaxEntries} grants; name fewer."
            : null;
    }

    /// <summary>What comes after nobody waits any more is ended at once.</summary>
    private async Task EndAfterAsync(Task<ContainmentResult> preparing)
    {
        try
        {
            if ((await preparing.ConfigureAwait(false)).Containment is { } late)
            {
                await late.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            LogFailed(e, "that came too late");
        }
    }

    [LoggerMessage(EventId = 650, Level = LogLevel.Error, Message = "The containment {Profiles} could not be made ready.")]
    private partial void LogFailed(Exception exception, string profiles);
}
