using System.Globalization;
using System.Text;
using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Policies;

/// <summary>Reads policies, schemas and entities that the command line names.</summary>
internal static class PolicyFiles
{
    private const int MaxBytes = CedarLimits.MaxJsonLength;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// All policies of files (text, or JSON if the name ends in <c>.json</c>) and of directories (their <c>*.cedar</c>). A policy's id is its
    /// <c>@id</c>, else the file's name, below the directory that was named, and its number there, as the guard's; in JSON the id it has.
    /// </summary>
    /// <param name="paths">Files and directories.</param>
    /// <param name="findings">What is wrong with the policies; then the set lacks those.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PolicySet ReadPolicies(IEnumerable<string> paths, List<PolicyFinding> findings)
    {
        var policies = new Dictionary<string, Policy>(StringComparer.Ordinal);
        var templates = new Dictionary<string, PolicyTemplate>(StringComparer.Ordinal);
        foreach (var (path, name) in paths.SelectMany(FilesOf))
        {
            if (ReadSet(path, findings) is not { } set)
            {
                continue;
            }

            var number = 0;
            foreach (var policy in set.Policies)
            {
                number++;
                var id = IsJson(path) ? policy.Id : IdOf(policy.FindAnnotation("id"), name, number);
                if (!policies.TryAdd(id, policy.WithId(id)))
                {
                    findings.Add(Duplicate(id, policy.Source, path));
                }
            }

            foreach (var template in set.Templates)
            {
                number++;
                var id = IsJson(path) ? template.Id : IdOf(template.Annotations.FirstOrDefault(static a => a.Name == "id"), name, number);
                if (!templates.TryAdd(id, template.WithId(id)))
                {
                    findings.Add(Duplicate(id, template.Source, path));
                }
            }
        }

        return PolicySet.Create(policies.Values, templates.Values.Where(template => !policies.ContainsKey(template.Id)));
    }

    /// <summary>A schema: in JSON if the file's name ends in <c>.json</c>.</summary>
    public static Schema ReadSchema(string path) => IsJson(path) ? Schema.ParseJson(ReadText(path), path) : Schema.ParseCedar(ReadText(path), path);

    /// <summary>A file's text.</summary>
    /// <exception cref="IOException">It is not there, is too large, or is not UTF-8.</exception>
    public static string ReadText(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a directory; name a file.");
        }

        using var file = File.OpenRead(path);
        var buffer = new byte[Math.Min(file.CanSeek ? file.Length : 64 * 1024, MaxBytes) + 1];
        var length = 0;
        for (int read; (read = file.Read(buffer, length, buffer.Length - length)) > 0;)
        {
            length += read;
            if (length > MaxBytes)
            {
                throw new IOException($"{path} is larger than {MaxBytes} bytes.");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBytes + 1));
            }
        }

        ReadOnlySpan<byte> utf8 = buffer.AsSpan(0, length);
        try
        {
            return s_strict.GetString(utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw new IOException($"{path} is not UTF-8.", exception);
        }
    }

    private static PolicySet? ReadSet(string path, List<PolicyFinding> findings)
    {
        var text = ReadText(path);
        if (IsJson(path))
        {
            try
            {
                return PolicySet.ParseJson(text);
            }
            catch (CedarJsonException exception)
            {
                findings.Add(new(IsError: true, "invalid-json", exception.Message, null, new(path, 0, 0, 0, 0), null));
                return null;
            }
        }

        if (PolicySet.TryParse(text, path, out var set, out var diagnostics))
        {
            return set;
        }

        findings.AddRange(diagnostics.Select(PolicyFinding.Of));
        return null;
    }

    private static IEnumerable<(string Path, string Name)> FilesOf(string path) =>
        Directory.Exists(path) ? PolicySource.FindFiles(path).Select(file => (file, Path.GetRelativePath(path, file).Replace('\\', '/'))) : [(path, Path.GetFileName(path))];

    private static string IdOf(PolicyAnnotation? annotation, string name, int number) =>
        annotation?.Value is { Length: > 0 } id ? id : string.Create(CultureInfo.InvariantCulture, $"{name}#{number}");

    private static PolicyFinding Duplicate(string id, SourceSpan span, string path) =>
        new(IsError: true, "duplicate-id", $"a second policy with the id '{id}'", id, span.IsKnown ? span : new(path, 0, 0, 0, 0), "ids are unique over all files, so give this one an @id of its own");

    private static bool IsJson(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
