using System.Text;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>The shell scripts that the packages of this machine ship.</summary>
internal static class ShippedScripts
{
    public static List<string> Find()
    {
        var files = new List<string>();
        foreach (var directory in (string[])["/var/lib/dpkg/info", "/etc/init.d", "/etc/profile.d", "/usr/bin", "/usr/sbin", "/usr/share", "/usr/lib", "/usr/libexec"])
        {
            if (Directory.Exists(directory))
            {
                var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
                files.AddRange(Directory.EnumerateFiles(directory, "*", options).Where(IsScript));
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static bool IsScript(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            Span<byte> head = stackalloc byte[64];
            var line = Encoding.Latin1.GetString(head[..stream.ReadAtLeast(head, 64, throwOnEndOfStream: false)]).Split('\n')[0];
            return stream.Length < 4_000_000 && line.StartsWith("#!", StringComparison.Ordinal) && (line.Contains("/sh", StringComparison.Ordinal) || line.Contains("bash", StringComparison.Ordinal) || line.Contains("dash", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
