using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>A granted path, opened once: what rules and mounts are made of is this very file or directory, whatever becomes of its name.</summary>
internal sealed class GrantedFile : IDisposable
{
    private const int NoSymbolicLinks = 0x04, NoMagicLinks = 0x02;
    private const int TooManyLinks = 40;

    private readonly Descriptor _descriptor;

    private GrantedFile(Descriptor descriptor, string asked, string path, (string Name, string Target)? link)
    {
        Asked = asked;
        Identity = FileIdentity.Of(descriptor.Value);
        Link = link;
        _descriptor = descriptor;
        Path = path;
    }

    internal int Value => _descriptor.Value;

    /// <summary>The path without links.</summary>
    internal string Path { get; }

    /// <summary>The path as it was granted.</summary>
    internal string Asked { get; }

    /// <summary>What it was when it was opened.</summary>
    internal FileIdentity Identity { get; }

    internal bool IsDirectory => Identity.IsDirectory;

    /// <summary>The link in the root directory that was followed: its name there, and what it holds.</summary>
    internal (string Name, string Target)? Link { get; }

    public void Dispose() => _descriptor.Dispose();

    /// <summary>
    /// Opens a path. A link on the way would let whoever can replace it choose what is granted, so none is followed, but one: an entry of the root
    /// directory, such as <c>/lib</c>, which only the system's owner makes.
    /// </summary>
    /// <returns>It; or null with the problem, which is null where nothing is there.</returns>
    internal static GrantedFile? Open(string path, out string? problem)
    {
        problem = null;
        string asked = path;
        (string Name, string Target)? link = null;
        (int descriptor, int error) = OpenPlain(path);
        if (descriptor < 0 && error == TooManyLinks && TryFollowFirst(path, out string target, out link))
        {
            path = target;
            (descriptor, error) = OpenPlain(path);
        }

        if (descriptor < 0)
        {
            problem = error switch
            {
                Libc.ENOENT or 20 => null,
                TooManyLinks => $"'{path}' leads through a symbolic link, which is not followed in a grant. Name what it leads to.",
                Libc.ENOSYS => "This kernel has no openat2; Linux 5.13 or later is needed.",
                _ => $"'{path}' cannot be opened by the host ({Libc.Reason(error)}).",
            };
            return null;
        }

        return new GrantedFile(new Descriptor(descriptor), asked, path, link);
    }

    private static unsafe (int Descriptor, int Error) OpenPlain(string path)
    {
        using NativeText text = new();
        ulong* how = stackalloc ulong[3];
        (how[0], how[1], how[2]) = (Libc.O_PATH | Libc.O_CLOEXEC, 0, NoSymbolicLinks | NoMagicLinks);
        int descriptor = (int)Libc.Call(KernelCalls.OpenAt2, Libc.AT_FDCWD, (nint)text.Add(path), (nint)how, 24);
        return (descriptor, descriptor < 0 ? Marshal.GetLastPInvokeError() : 0);
    }

    private static bool TryFollowFirst(string path, out string target, out (string Name, string Target)? link)
    {
        int end = path.IndexOf('/', 1);
        string first = end < 0 ? path : path[..end];
        string? held = new FileInfo(first).LinkTarget;
        target = held is null ? "" : System.IO.Path.GetFullPath(held, "/") + (end < 0 ? "" : path[end..]);
        link = held is null ? null : (first[1..], held);
        return held is not null;
    }
}
