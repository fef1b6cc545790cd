namespace IntentAuthz.Containment;

/// <summary>
/// Contains calls by the operating system: processes by Landlock, seccomp and namespaces, files by a workspace, the network by a proxy that asks
/// the guard. What this machine cannot enforce is refused, naming the layer that is missing. Safe for use by many threads.
/// </summary>
public sealed class OsContainment : IContainmentProvider, IDisposable
{
    private readonly OsContainmentOptions _options;
    private readonly TaskStarts _starts;
    private readonly OpenTunnels _tunnels = new();

    /// <summary>Makes a provider.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public OsContainment(OsContainmentOptions? options = null)
    {
        _options = options ?? new OsContainmentOptions();
        _starts = new TaskStarts(_options.Time);
    }

    /// <summary>Whether it was disposed of, for tests of who does that.</summary>
    internal bool IsDisposed { get; private set; }

    /// <summary>Gives up what was made ready for further calls. Calls that are prepared go on.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        _starts.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask<ContainmentResult> PrepareAsync(ContainmentRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ContainmentLayers.Current.MissingFor(request.Bounds) is { } missing)
        {
            return new(ContainmentResult.Unavailable($"This machine cannot enforce {string.Join(", ", request.Profiles)}: {missing.Layer} is missing, {missing.Detail}"));
        }

        if (request.Workspace is not { } directory)
        {
            return new(ContainmentResult.Ready(new OsCallContainment(request, null, _options, _starts, _tunnels)));
        }

        try
        {
            if (OperatingSystem.IsWindows())
            {
                return new(ContainmentResult.Unavailable("Containment by the operating system needs Linux."));
            }

            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            ContainmentLimits limits = request.Bounds.Limits;
            WorkspaceLimits own = _options.Workspace;
            Workspace workspace = Workspace.Open(
                directory,
                own with { MaxBytes = limits.WorkspaceBytes ?? own.MaxBytes, MaxEntries = limits.WorkspaceEntries ?? own.MaxEntries, MaxFileBytes = (int)Math.Min(limits.FileBytes ?? int.MaxValue, own.MaxFileBytes) },
                followLinks: false); // a task above may have put a link where this one begins
            return new(ContainmentResult.Ready(new OsCallContainment(request, workspace, _options, _starts, _tunnels)));
        }
        catch (Exception e) when (e is PlatformNotSupportedException or DirectoryNotFoundException or IOException or UnauthorizedAccessException)
        {
            return new(ContainmentResult.Unavailable($"The workspace of {string.Join(", ", request.Profiles)} could not be made ready: {e.Message}"));
        }
    }
}
