using System.Diagnostics;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>A file system that is soon full. Mounting needs root; without it there is none.</summary>
internal static class SmallDisk
{
    internal static async Task<string?> TryMountAsync(int megabytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        string directory = Directory.CreateTempSubdirectory("intentauthz-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", directory))
        {
            return directory;
        }

        Directory.Delete(directory);
        return null;
    }

    internal static async Task UnmountAsync(string directory)
    {
        if (await RunAsync("umount", "-l", directory))
        {
            Directory.Delete(directory);
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
