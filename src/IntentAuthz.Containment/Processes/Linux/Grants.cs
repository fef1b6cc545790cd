using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What bounds grant of the file system, opened, with the few device files that every program expects.</summary>
internal sealed class Grants : IDisposable
{
    private Grants(ImmutableArray<Grant> all, ImmutableArray<(string Name, string Target)> links, ImmutableArray<(string Path, FileIdentity Identity)> asked) =>
        (All, Links, Asked) = (all, links, asked);

    internal readonly record struct Grant(GrantedFile File, bool Reads, bool Writes, bool Executes, bool IsDevice);

    /// <summary>Outer ones before what lies within them. A right that an outer one has, the inner ones have too.</summary>
    internal ImmutableArray<Grant> All { get; }

    /// <summary>Links in the root directory that lead to grants.</summary>
    internal ImmutableArray<(string Name, string Target)> Links { get; }

    /// <summary>Every path that was asked for, with what it led to; the default identity where nothing was there.</summary>
    internal ImmutableArray<(string Path, FileIdentity Identity)> Asked { get; }

    private static ReadOnlySpan<string> WritableDevices => new[] { "/dev/null", "/dev/zero", "/dev/full" };

    private static ReadOnlySpan<string> ReadableDevices => new[] { "/dev/random", "/dev/urandom" };

    internal bool CanEnter(string path) => All.Any(g => GrantedPath.Contains(g.File.Path, path));

    internal bool CanWrite(string path) => All.Any(g => g.Writes && GrantedPath.Contains(g.File.Path, path));

    public void Dispose()
    {
        foreach (Grant grant in All)
        {
            grant.File.Dispose();
        }
    }

    /// <summary>Opens what is granted. What is not there is not granted, but a place to write must be there.</summary>
    internal static Grants? Open(ContainmentBounds bounds, out string? problem)
    {
        Dictionary<string, Grant> byPath = new(StringComparer.Ordinal);
        HashSet<(string Name, string Target)> links = [];
        List<(string Path, FileIdentity Identity)> asked = [];
        problem = null;
        foreach ((ImmutableArray<string> paths, bool writes, bool executes) in new[] { (bounds.Reads ?? [], false, false), (bounds.Writes ?? [], true, false), (bounds.Executes ?? [], false, true) })
        {
            foreach (string path in paths)
            {
                if (!TryAdd(path, writes, executes, isDevice: false, ref problem))
                {
                    return Close();
                }
            }
        }

        foreach (string device in WritableDevices)
        {
            _ = TryAdd(device, writes: true, executes: false, isDevice: true, ref problem);
        }

        foreach (string device in ReadableDevices)
        {
            _ = TryAdd(device, writes: false, executes: false, isDevice: true, ref problem);
        }

        if (problem is not null)
        {
            return Close();
        }

        ImmutableArray<Grant> opened = [.. byPath.Values.OrderBy(static g => g.File.Path, StringComparer.Ordinal)];
        return new Grants([.. opened.Select(g => g with
        {
            Writes = g.Writes || (!g.IsDevice && opened.Any(o => o.Writes && GrantedPath.Contains(o.File.Path, g.File.Path))),
            Executes = g.Executes || (!g.IsDevice && opened.Any(o => o.Executes && GrantedPath.Contains(o.File.Path, g.File.Path))),
        })], [.. links], [.. asked]);

        bool TryAdd(string path, bool writes, bool executes, bool isDevice, ref string? problem)
        {
            GrantedFile? file = GrantedFile.Open(path, out problem);
            asked.Add((path, file?.Identity ?? default));
            if (file is null)
            {
                problem ??= writes && !isDevice ? $"'{path}' is granted for writing and is not there. Make it before." : null;
                return problem is null;
            }

            if (file.Link is { } link)
            {
                links.Add(link);
            }

            if (byPath.TryGetValue(file.Path, out Grant known))
            {
                // One of the usual devices stays one when it is granted by name too.
                byPath[file.Path] = known with { Writes = known.Writes || writes, Executes = known.Executes || executes, IsDevice = known.IsDevice || isDevice };
                file.Dispose();
            }
            else
            {
                byPath.Add(file.Path, new Grant(file, true, writes, executes, isDevice));
            }

            return true;
        }

        Grants? Close()
        {
            foreach (Grant grant in byPath.Values)
            {
                grant.File.Dispose();
            }

            return null;
        }
    }
}
