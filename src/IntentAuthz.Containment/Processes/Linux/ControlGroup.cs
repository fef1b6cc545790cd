using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace IntentAuthz.Containment;

/// <summary>
/// Control groups of one tree of processes, below the host's own: one of version 2 where that has the controllers, else one of version 1 for each.
/// </summary>
/// <remarks>
/// Into groups of version 1 the thread that starts the program goes itself, and the program is born there: to move another process the kernel
/// waits until no process of the machine is being made, which takes milliseconds. Version 2 has groups of whole processes only, so there the
/// program is moved while it waits at the gate. The thread stays as long as the tree does and is one more than the limit of processes.
/// </remarks>
internal sealed class ControlGroup : IDisposable
{
    private const string Prefix = "intentauthz-";

    private readonly string? _memory;
    private readonly string? _processes;
    private readonly bool _isUnified;

    private ControlGroup(string? memory, string? processes, bool isUnified) => (_memory, _processes, _isUnified) = (memory, processes, isUnified);

    /// <summary>Where the host's groups can be made; null where they cannot, with the reason.</summary>
    internal sealed record Places(string? Unified, string? Memory, string? Processes, string Reason)
    {
        private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(1);

        private readonly TimeProvider _time = TimeProvider.System;
        private long _swept = TimeProvider.System.GetTimestamp(); // the probe did

        /// <summary>The clock of <see cref="Sweep"/>.</summary>
        internal TimeProvider Time
        {
            init => (_time, _swept) = (value, value.GetTimestamp());
        }

        /// <summary>Removes, once a minute at most, what hosts left behind that were killed.</summary>
        internal void Sweep()
        {
            long last = Interlocked.Read(ref _swept), now = _time.GetTimestamp();
            if (_time.GetElapsedTime(last, now) >= s_sweep && Interlocked.CompareExchange(ref _swept, now, last) == last)
            {
                foreach (string place in new[] { Unified, Memory, Processes }.OfType<string>())
                {
                    RemoveLeftovers(place);
                }
            }
        }
    }

    /// <summary>Where a thread puts itself into the groups of version 1; null for none.</summary>
    internal Descriptor? MemoryTasks { get; private set; }

    internal Descriptor? ProcessTasks { get; private set; }

    /// <summary>How often making a process was refused, for the limit.</summary>
    internal bool RanIntoProcesses => _processes is not null && Count(Path.Combine(_processes, "pids.events"), "max") > 0;

    /// <summary>Whether the kernel killed for lack of memory.</summary>
    internal bool RanIntoMemory => _memory is not null && Count(Path.Combine(_memory, _isUnified ? "memory.events" : "memory.oom_control"), "oom_kill") > 0;

    /// <summary>Finds where groups can be made by making one, and removes those that hosts which are gone left behind.</summary>
    internal static Places Probe()
    {
        string? unified = null, memory = null, processes = null;
        string reason = "no control group can be made below the host's own. Root, or a delegated group (systemd: Delegate=yes), is needed.";
        try
        {
            Dictionary<string, string> own = new(StringComparer.Ordinal);
            foreach (string line in File.ReadLines("/proc/self/cgroup"))
            {
                string[] parts = line.Split(':', 3);
                foreach (string controller in parts[1].Split(','))
                {
                    own[controller] = parts[2];
                }
            }

            foreach (string line in File.ReadLines("/proc/self/mounts"))
            {
                string[] parts = line.Split(' ');
                if (parts.Length < 4 || parts[2] is not ("cgroup" or "cgroup2"))
                {
                    continue;
                }

                if (parts[2] == "cgroup2" && own.TryGetValue("", out string? group) && TryMake(parts[1] + group, ["memory.max", "pids.max"]))
                {
                    unified = parts[1] + group;
                }

                string[] controllers = parts[3].Split(',');
                memory ??= controllers.Contains("memory") && own.TryGetValue("memory", out group) && TryMake(parts[1] + group, ["memory.limit_in_bytes"]) ? parts[1] + group : null;
                processes ??= controllers.Contains("pids") && own.TryGetValue("pids", out group) && TryMake(parts[1] + group, ["pids.max"]) ? parts[1] + group : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"control groups cannot be read ({e.GetType().Name}).";
        }

        return new Places(unified, memory, processes, reason);
    }

    /// <summary>Makes the groups for limits.</summary>
    /// <returns>The groups, or null with the problem.</returns>
    internal static ControlGroup? Make(Places places, ContainmentLimits limits, out string? problem)
    {
        problem = null;
        string name = NewName();
        bool isUnified = places.Unified is not null;
        string? memory = limits.MemoryBytes is null ? null : Path.Combine(places.Unified ?? places.Memory!, name);
        string? processes = limits.Processes is null || (places.Unified ?? places.Processes) is not { } place ? null : Path.Combine(place, name); // else a user namespace counts them
        ControlGroup made = new(memory, processes, isUnified);
        try
        {
            places.Sweep();
            if (memory is not null)
            {
                Directory.CreateDirectory(memory);
                string bytes = limits.MemoryBytes!.Value.ToString(CultureInfo.InvariantCulture);
                File.WriteAllText(Path.Combine(memory, isUnified ? "memory.max" : "memory.limit_in_bytes"), bytes);
                string swap = Path.Combine(memory, isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
                if (File.Exists(swap))
                {
                    File.WriteAllText(swap, isUnified ? "0" : bytes);
                }
            }

            if (processes is not null)
            {
                Directory.CreateDirectory(processes);
                long count = limits.Processes!.Value + (isUnified ? 0L : 1L); // the thread that starts them is there too
                File.WriteAllText(Path.Combine(processes, "pids.max"), count.ToString(CultureInfo.InvariantCulture));
            }

            if (!isUnified)
            {
                (made.MemoryTasks, made.ProcessTasks) = (OpenTasks(memory), OpenTasks(processes));
            }

            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            made.Dispose();
            problem = $"The control group '{name}' could not be made ({e.GetType().Name}).";
            return null;
        }
    }

    /// <summary>Puts a process into the group of version 2; what it starts from then on is in it too.</summary>
    internal bool TryAdd(int process)
    {
        try
        {
            if (_isUnified)
            {
                File.WriteAllText(Path.Combine((_memory ?? _processes)!, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Removes the groups. The kernel takes a moment after the last process is gone.</summary>
    public void Dispose()
    {
        MemoryTasks?.Dispose();
        ProcessTasks?.Dispose();
        foreach (string group in Distinct())
        {
            for (int attempt = 0; attempt < 50 && !TryRemove(group); attempt++)
            {
                Thread.Sleep(2);
            }
        }
    }

    private IEnumerable<string> Distinct() => new[] { _memory, _processes }.OfType<string>().Distinct(StringComparer.Ordinal);

    private static unsafe Descriptor? OpenTasks(string? group)
    {
        if (group is null)
        {
            return null;
        }

        using NativeText text = new();
        int tasks = Libc.Open(text.Add(Path.Combine(group, "tasks")), Libc.O_CLOEXEC | 1);
        return tasks >= 0 ? new Descriptor(tasks) : throw new IOException($"The group's list of threads could not be opened ({Libc.Reason(Marshal.GetLastPInvokeError())}).");
    }

    private static string NewName() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");

    private static bool TryMake(string parent, string[] files)
    {
        string probe = Path.Combine(parent, NewName());
        try
        {
            RemoveLeftovers(parent);
            Directory.CreateDirectory(probe);
            return files.All(f => File.Exists(Path.Combine(probe, f)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            _ = TryRemove(probe);
        }
    }

    private static void RemoveLeftovers(string parent)
    {
        foreach (string left in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            string host = Path.GetFileName(left)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{host}"))
            {
                _ = TryRemove(left);
            }
        }
    }

    private static bool TryRemove(string group)
    {
        if (!Directory.Exists(group))
        {
            return true;
        }

        using NativeText text = new();
        unsafe
        {
            // Directory.Delete would look for files in it, and those of a control group cannot be removed.
            return Libc.RemoveDirectory(text.Add(group)) == 0;
        }
    }

    private static long Count(string file, string name)
    {
        try
        {
            string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }
}
