using System.CommandLine;
using System.Security.Cryptography;
using IntentAuthz.Cli.Policies;

namespace IntentAuthz.Cli.Audit;

/// <summary>The options by which a verb is told what to verify an audit log against; the same for every verb that does.</summary>
internal sealed class AgainstOptions(string keyOption)
{
    public Option<string[]> Key { get; } = new(keyOption) { Description = "A public key that has to have signed the audit's checkpoints, as id=file with the key in PEM. May be given several times." };

    public Option<FileInfo[]> Checkpoint { get; } = new("--checkpoint") { Description = "A file with checkpoints that were kept elsewhere, one a line. May be given several times." };

    /// <summary>Reads what the options name. The keys are the caller's to dispose of, also when this throws.</summary>
    /// <exception cref="FormatException">Something that was read is not what it should be.</exception>
    /// <exception cref="CryptographicException">A key is none.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Read(ParseResult parsed, AuditVerifyOptions options)
    {
        ReadKeys(parsed, options.Keys);
        foreach (var file in parsed.GetValue(Checkpoint) ?? [])
        {
            AddCheckpoints(file, options);
        }
    }

    /// <summary>Reads the keys alone, for a verb that has no <see cref="Checkpoint"/>. They are the caller's to dispose of, also when this throws.</summary>
    /// <exception cref="FormatException">What names a key is not id=file.</exception>
    /// <exception cref="CryptographicException">A key is none.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void ReadKeys(ParseResult parsed, IDictionary<string, ECDsa> keys)
    {
        foreach (var key in parsed.GetValue(Key) ?? [])
        {
            AddKey(key, keys);
        }
    }

    private void AddKey(string text, IDictionary<string, ECDsa> keys)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } id, { Length: > 0 } file] || keys.ContainsKey(id))
        {
            throw new FormatException($"'{text}' is not id=file, or the id is given twice. Example: {keyOption} audit=audit.pub.pem");
        }

        var key = ECDsa.Create();
        keys.Add(id, key);
        key.ImportFromPem(PolicyFiles.ReadText(file)); // bounded
    }

    private static void AddCheckpoints(FileInfo file, AuditVerifyOptions options)
    {
        foreach (var line in File.ReadLines(file.FullName))
        {
            if (line.Length > 0)
            {
                options.Checkpoints.Add(AuditCheckpoint.TryParse(line, out var checkpoint) ? checkpoint : throw new FormatException($"{file.FullName} holds a line that is no checkpoint."));
            }
        }
    }
}
