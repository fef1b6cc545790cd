using System.Diagnostics;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>A file system that is soon full. Mounting one needs Linux and root; the tests that need it are skipped where that is not so, and say so.</summary>
internal static class SmallDisk
{
    private static readonly Lazy<string?> s_whyAbsent = new(() => Task.Run(ProbeAsync).GetAwaiter().GetResult());

    /// <summary>Why none can be mounted here; null where one can. It is tried once.</summary>
    internal static string? WhyAbsent => s_whyAbsent.Value;

    /// <summary>Mounts one in a directory of its own.</summary>
    internal static async Task<string> MountAsync(int megabytes)
    {
        string directory = Directory.CreateTempSubdirectory("intentauthz-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", directory))
        {
            return directory;
        }

        Directory.Delete(directory);
        throw new InvalidOperationException("A small file system could be mounted before, and cannot be now.");
    }

    internal static async Task UnmountAsync(string directory)
    {
        if (await RunAsync("umount", "-l", directory))
        {
            Directory.Delete(directory);
        }
    }

    private static async Task<string?> ProbeAsync()
    {
        const string Why = "A disk that is really full is not tested here: no small file system can be mounted, which needs Linux and root (CAP_SYS_ADMIN).";
        if (!OperatingSystem.IsLinux())
        {
            return Why;
        }

        try
        {
            await UnmountAsync(await MountAsync(megabytes: 1));
            return null;
        }
        catch (InvalidOperationException)
        {
            return Why;
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
