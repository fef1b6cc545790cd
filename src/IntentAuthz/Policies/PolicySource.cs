using System.IO.Enumeration;
using System.Reflection;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Where policies come from: a file, a directory, an embedded resource or a text. Read anew at each load.</summary>
public abstract class PolicySource
{
    /// <summary>The largest text, in bytes.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private protected PolicySource()
    {
    }

    /// <summary>The tenant these policies are for, or null when they are for all.</summary>
    public TenantId? Tenant { get; private init; }

    /// <summary>One file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="tenant">The tenant it is for; all when null.</param>
    public static PolicySource File(string path, TenantId? tenant = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileSource(path) { Tenant = tenant };
    }

    /// <summary>All <c>*.cedar</c> files of a directory and those below it, in the order of their paths: what <see cref="FindFiles"/> finds.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="tenant">The tenant they are for; all when null.</param>
    public static PolicySource Directory(string path, TenantId? tenant = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DirectorySource(path) { Tenant = tenant };
    }

    /// <summary>
    /// The files that <see cref="Directory"/> reads. What begins with two dots is passed over, so that a mounted Kubernetes ConfigMap, whose files are links
    /// into <c>..data</c>, is read once. Any other link to a directory is refused: followed it could come round again, passed over a policy that forbids
    /// would be missing.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <returns>Their paths, in ordinal order; at least one.</returns>
    /// <exception cref="IOException">It is not there, holds no such file or a link to a directory, or cannot be read.</exception>
    public static IReadOnlyList<string> FindFiles(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DirectoryInfo directory = new(path);
        if (!directory.Exists)
        {
            throw new IOException($"The policy directory {directory.FullName} does not exist; check the path and that it is copied to the output.");
        }

        List<string> files = [];
        Collect(path, files);
        files.Sort(StringComparer.Ordinal);
        return files.Count > 0 ? files : throw new IOException($"The policy directory {directory.FullName} holds no *.cedar file.");
    }

    /// <summary>A resource embedded in an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="resourceName">The resource's full name.</param>
    /// <param name="tenant">The tenant it is for; all when null.</param>
    public static PolicySource Embedded(Assembly assembly, string resourceName, TenantId? tenant = null)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentException.ThrowIfNullOrEmpty(resourceName);
        return new EmbeddedSource(assembly, resourceName) { Tenant = tenant };
    }

    /// <summary>A text.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="tenant">The tenant it is for; all when null.</param>
    public static PolicySource Text(string policies, string name = "policies", TenantId? tenant = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new TextSource(policies, name) { Tenant = tenant };
    }

    /// <summary>Policies that were read already, such as from Cedar's JSON. They keep their ids, and templates among them that are not linked decide nothing.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="tenant">The tenant they are for; all when null.</param>
    public static PolicySource Set(PolicySet policies, TenantId? tenant = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return new SetSource(policies) { Tenant = tenant };
    }

    /// <summary>Reads the texts. Throws <see cref="IOException"/> with a message that names what is missing.</summary>
    internal abstract IReadOnlyList<PolicyText> Read();

    private static PolicyText ReadStream(Stream stream, string name, string shortName)
    {
        byte[] buffer = new byte[Math.Min(stream.CanSeek ? stream.Length : 64 * 1024, MaxBytes) + 1];
        int length = 0;
        while (true)
        {
            int read = stream.Read(buffer, length, buffer.Length - length);
            if (read == 0)
            {
                break;
            }

            length += read;
            if (length > MaxBytes)
            {
                throw new IOException($"{name} is larger than {MaxBytes} bytes; split it.");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBytes + 1));
            }
        }

        ReadOnlySpan<byte> utf8 = buffer.AsSpan(0, length);
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            return new PolicyText(name, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8), shortName);
        }
        catch (DecoderFallbackException e)
        {
            throw new IOException($"{name} is not UTF-8; save it as UTF-8.", e);
        }
    }

    private static void Collect(string directory, List<string> files)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            string path = Path.Combine(directory, entry.Name);
            if (entry.Name.StartsWith("..", StringComparison.Ordinal))
            {
                continue;
            }

            if (entry is DirectoryInfo)
            {
                if (entry.LinkTarget is not null)
                {
                    throw new IOException($"{path} is a link to a directory, which is not followed; name the directory it leads to as a source of its own.");
                }

                Collect(path, files);
            }
            else if (FileSystemName.MatchesSimpleExpression("*.cedar", entry.Name, OperatingSystem.IsWindows()))
            {
                files.Add(path);
            }
        }
    }

    private sealed class FileSource(string path) : PolicySource
    {
        internal override IReadOnlyList<PolicyText> Read()
        {
            if (!System.IO.File.Exists(path))
            {
                throw new IOException($"The policy file {System.IO.Path.GetFullPath(path)} does not exist; check the path and that the file is copied to the output.");
            }

            using FileStream stream = System.IO.File.OpenRead(path);
            return [ReadStream(stream, path, System.IO.Path.GetFileName(path))];
        }
    }

    private sealed class DirectorySource(string path) : PolicySource
    {
        internal override IReadOnlyList<PolicyText> Read()
        {
            List<PolicyText> texts = [];
            foreach (string file in FindFiles(path))
            {
                using FileStream stream = System.IO.File.OpenRead(file);
                texts.Add(ReadStream(stream, file, System.IO.Path.GetRelativePath(path, file).Replace('\\', '/')));
            }

            return texts;
        }
    }

    private sealed class EmbeddedSource(Assembly assembly, string resourceName) : PolicySource
    {
        internal override IReadOnlyList<PolicyText> Read()
        {
            using Stream stream = assembly.GetManifestResourceStream(resourceName)
                ?? throw new IOException(
                    $"The assembly {assembly.GetName().Name} has no resource '{resourceName}'{Nearest.Hint(resourceName, assembly.GetManifestResourceNames())}");
            return [ReadStream(stream, resourceName, resourceName)];
        }
    }

    private sealed class SetSource(PolicySet policies) : PolicySource
    {
        internal override IReadOnlyList<PolicyText> Read() => [new PolicyText("policies", policies.ToJson(), "policies") { Parsed = policies }]; // the text makes the version
    }

    private sealed class TextSource(string policies, string name) : PolicySource
    {
        internal override IReadOnlyList<PolicyText> Read() => [new PolicyText(name, policies, name)];
    }
}
