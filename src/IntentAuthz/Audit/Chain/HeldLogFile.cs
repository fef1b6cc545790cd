using Microsoft.Win32.SafeHandles;

namespace IntentAuthz;

/// <summary>
/// The file that a log's writer has open: kept from other writers whichever name they open it by, and known again, so that lines are not written
/// into a file that the path does not lead to any more. Not safe for use by several threads.
/// </summary>
internal sealed class HeldLogFile
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly FileIdentity? _identity;

    /// <exception cref="IOException">Somebody else writes the file.</exception>
    internal HeldLogFile(string path, SafeFileHandle file)
    {
        // Network file systems make one lock of the two kinds, and readers would be kept out.
        if (OperatingSystem.IsLinux() && new DriveInfo(path).DriveFormat is not ("nfs" or "nfs4" or "cifs" or "smb" or "smb2" or "smb3") && !LinuxFile.TryLock(file))
        {
            throw AuditLogWriter.Written(path, null);
        }

        _path = path;
        _file = file;
        _identity = LinuxFile.Identify(file);
    }

    /// <summary>Fails when the path leads to no file, or to another one.</summary>
    /// <exception cref="IOException">It does.</exception>
    internal void EnsureInPlace()
    {
        FileInfo there = new(_path);
        bool isOurs = there.Exists
            && (_identity is { } ours ? LinuxFile.Identify(_path) == ours : there.Length == RandomAccess.GetLength(_file)); // a copy in its place does not grow
        if (!isOurs)
        {
            throw AuditLogWriter.Gone(_path);
        }
    }
}
