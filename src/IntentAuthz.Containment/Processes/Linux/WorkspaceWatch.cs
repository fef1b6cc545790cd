using System.Collections.Immutable;
using System.IO.Enumeration;

namespace IntentAuthz.Containment;

/// <summary>
/// Counts what lies in the places that may be written. The kernel has no limit for a directory, so this is looked at while the process runs: it
/// can go beyond a limit by what it writes between two looks.
/// </summary>
internal sealed class WorkspaceWatch(ImmutableArray<string> places, ContainmentLimits limits)
{
    /// <summary>How long between two looks, at least; a look that takes long makes it longer.</summary>
    internal const int Milliseconds = 50;

    private const int Attempts = 3;

    internal static bool IsNeeded(ContainmentLimits limits) => limits.WorkspaceBytes is not null || limits.WorkspaceEntries is not null;

    /// <summary>Whether it is over a limit. What cannot be counted is.</summary>
    internal bool IsOver()
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                return Count();
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
            {
                // It was removed meanwhile.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return true;
            }
        }

        return false; // removed again and again: there is no more of it than at the look before
    }

    private bool Count()
    {
        (long bytes, long entries) = (0, 0);
        foreach (string place in places)
        {
            if (!Directory.Exists(place))
            {
                continue;
            }

            FileSystemEnumerable<long> all = new(place, static (ref FileSystemEntry e) => e.IsDirectory ? 0 : e.Length, new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = 0,
                IgnoreInaccessible = false,
            })
            {
                ShouldRecursePredicate = static (ref FileSystemEntry e) => (e.Attributes & FileAttributes.ReparsePoint) == 0,
            };
            foreach (long length in all)
            {
                bytes += length;
                if (++entries > limits.WorkspaceEntries || bytes > limits.WorkspaceBytes)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
