using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Paths within a workspace, as a model writes them. What is no plain path is refused before the kernel is asked.</summary>
internal static class WorkspacePath
{
    internal const int MaxBytes = 1024;
    internal const int MaxDepth = 64;

    /// <summary>The path relative to the workspace, as bytes; <c>.</c> is the workspace itself, whose path is empty.</summary>
    internal static byte[] Parse(string root, string path, out string shown)
    {
        ArgumentNullException.ThrowIfNull(path);
        string relative = path;
        if (path.StartsWith('/'))
        {
            relative = path == root ? "" : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[(root.Length + 1)..] : throw Bad("it is absolute and does not begin with the workspace");
        }

        if (relative.AsSpan().ContainsAnyInRange('\0', '\x1f') || relative.Contains('\x7f', StringComparison.Ordinal))
        {
            throw Bad("it holds a control character");
        }

        List<string> names = [];
        foreach (string name in relative.Split('/'))
        {
            if (name == "..")
            {
                throw Bad("it holds '..'");
            }

            if (name is not ("" or "."))
            {
                names.Add(name);
            }
        }

        byte[] bytes;
        try
        {
            shown = string.Join('/', names);
            bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(shown);
        }
        catch (EncoderFallbackException)
        {
            throw Bad("it is not valid Unicode");
        }

        return bytes.Length <= MaxBytes && names.Count <= MaxDepth && names.TrueForAll(static n => Encoding.UTF8.GetByteCount(n) <= 255)
            ? bytes
            : throw Bad($"it is longer than {MaxBytes} bytes, deeper than {MaxDepth} directories, or has a name longer than 255 bytes");
    }

    /// <summary>The one spelling of a relative path, for policies. Absolute paths are refused: where the workspace lies is not known here.</summary>
    internal static string Normalise(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _ = path.StartsWith('/') ? throw Bad("it is absolute") : Parse("/", path, out string shown);
        return shown.Length == 0 ? "." : shown;
    }

    internal static (byte[] Directory, byte[] Name) Split(byte[] path)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        return slash < 0 ? ([], path) : (path[..slash], path[(slash + 1)..]);
    }

    /// <summary>A name for people, one for each sequence of bytes.</summary>
    internal static string Show(ReadOnlySpan<byte> name)
    {
        if (System.Text.Unicode.Utf8.IsValid(name) && !name.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(name);
        }

        StringBuilder text = new();
        foreach (byte b in name)
        {
            _ = b is >= 0x20 and < 0x7f and not (byte)'\\' ? text.Append((char)b) : text.Append("\\x").Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static WorkspaceException Bad(string why) => new(WorkspaceError.BadPath, $"This is no path within the workspace: {why}.");
}
