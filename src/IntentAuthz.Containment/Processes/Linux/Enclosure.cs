using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>A containment that is made ready, or is being made, for one program.</summary>
internal sealed class Enclosure : IDisposable
{
    private readonly ContainmentBounds _bounds;
    private readonly Grants _grants; // closed; their paths are still looked at
    private readonly GrantCheck _check;
    private readonly ProcessSupervisor _supervisor;
    private bool _isUsed;

    private Enclosure(ContainmentBounds bounds, Grants grants, GrantCheck check, ProcessSupervisor supervisor) =>
        (_bounds, _grants, _check, _supervisor) = (bounds, grants, check, supervisor);

    /// <summary>Whether a program can still be started in it as if it were made now.</summary>
    internal bool IsFresh => _supervisor.IsOpen && _check.Holds();

    /// <summary>Completes when the program and all it started have ended.</summary>
    internal Task Ended => _supervisor.Ended;

    /// <summary>The first process of its PID namespace; 0 before there is one and when it is gone.</summary>
    internal int Holder => _supervisor.Holder;

    /// <summary>Begins to make one ready; that goes on in the background.</summary>
    /// <param name="bounds">The bounds.</param>
    /// <param name="layers">What this machine has.</param>
    /// <param name="time">The clock.</param>
    /// <param name="template">The mounts of the same bounds; null to make them.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <returns>It, or null.</returns>
    internal static Enclosure? Prepare(ContainmentBounds bounds, ContainmentLayers layers, TimeProvider time, MountTemplate? template, out ContainedProcessStart? refusal)
    {
        refusal = null;
        if (layers.MissingFor(bounds) is { } missing)
        {
            refusal = ContainedProcessStart.Refused($"This machine cannot enforce what was asked: {missing.Layer} is missing, {missing.Detail}", missing.Layer);
            return null;
        }

        Grants? grants = Grants.Open(bounds, out string? problem);
        if (grants is null)
        {
            refusal = ContainedProcessStart.Refused(problem ?? "A grant could not be opened.");
            return null;
        }

        using (grants)
        {
            ControlGroup? group = null;
            GrantCheck? check = null;
            try
            {
                if (bounds.Limits is not { MemoryBytes: null, Processes: null } && (group = ControlGroup.Make(layers.Groups, bounds.Limits, out problem)) is null)
                {
                    refusal = ContainedProcessStart.Refused(problem!);
                    return null;
                }

                check = new GrantCheck(grants);
                ProcessSupervisor supervisor = new(new EnclosurePlan(bounds, layers, grants, group, template?.Take()), time);
                supervisor.Prepare();
                return new Enclosure(bounds, grants, check, supervisor);
            }
            catch (IOException e)
            {
                check?.Dispose();
                group?.Dispose();
                refusal = ContainedProcessStart.Refused(e.Message);
                return null;
            }
        }
    }

    /// <summary>Starts the program in it. Once.</summary>
    internal async ValueTask<ContainedProcessStart> StartAsync(ProcessStart start, CancellationToken cancellationToken)
    {
        if (Problem(start) is { } problem)
        {
            return ContainedProcessStart.Refused(problem);
        }

        ProcessPlan plan;
        try
        {
            plan = new ProcessPlan(start, _grants.CanWrite(start.WorkingDirectory ?? "/"), _bounds.Hosts is { IsEmpty: false });
        }
        catch (IOException e)
        {
            return ContainedProcessStart.Refused(e.Message);
        }

        _isUsed = true;
        ProcessSupervisor supervisor = _supervisor;
        supervisor.Begin(plan);
        try
        {
            return await supervisor.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            supervisor.Kill();
            throw;
        }
    }

    /// <summary>Gives it up when no program was started in it. One that was goes on.</summary>
    public void Dispose()
    {
        if (!_isUsed)
        {
            _supervisor.Kill();
        }

        _check.Dispose();
    }

    private string? Problem(ProcessStart start)
    {
        ImmutableArray<string> names = _bounds.Variables ?? [];
        if (start.Variables.Keys.FirstOrDefault(n => !names.Contains(n) || ReservedVariables.Includes(n)) is { } name)
        {
            return ReservedVariables.Includes(name) ? $"The variable '{name}' is set by containment and cannot be given." : $"The variable '{name}' is not among the Variables of the bounds.";
        }

        return _bounds.Hosts is { IsEmpty: false } && start.Egress is null ? "The bounds grant hosts, and there is no proxy to reach them by. Give one by Egress."
            : start.WorkingDirectory is { } directory && !_grants.CanEnter(directory) ? $"The working directory '{directory}' is not within what is granted, or leads through a symbolic link."
            : null;
    }
}
