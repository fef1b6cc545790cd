using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Cli.Replay;

/// <summary>The keys that were named on the command line: one for every file of the store, or several by the names that files give.</summary>
internal sealed class ReplayKeys : IDecisionKeyProvider, IDisposable
{
    private const int MaxText = 4096;
    private const string Any = "any";

    private readonly List<(string? Id, DecisionKey Key)> _keys = [];

    public string CurrentKeyId => Any;

    /// <summary>Takes keys from <c>file</c>, <c>env:NAME</c>, <c>id=file</c> or <c>id=env:NAME</c>.</summary>
    /// <exception cref="FormatException">One is none, or there are several without a name.</exception>
    public static ReplayKeys Read(IReadOnlyList<string> sources)
    {
        var keys = new ReplayKeys();
        try
        {
            foreach (var source in sources)
            {
                var equals = source.IndexOf('=', StringComparison.Ordinal);
                var id = equals > 0 ? source[..equals] : null;
                keys._keys.Add((id, ReadOne(id ?? Any, equals > 0 ? source[(equals + 1)..] : source)));
            }

            return sources.Count == 1 || keys._keys.TrueForAll(k => k.Id is not null)
                ? keys
                : throw new FormatException("Several keys need the names that the files give them: --key 2026-03=old.key --key 2026-04=env:DECISION_KEY");
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    public bool TryCopyKey(string keyId, Span<byte> key)
    {
        foreach (var (id, known) in _keys)
        {
            if (id is null || string.Equals(id, keyId, StringComparison.Ordinal))
            {
                return known.TryCopyKey(known.CurrentKeyId, key);
            }
        }

        return false;
    }

    public void Dispose() => _keys.ForEach(k => k.Key.Dispose());

    private static DecisionKey ReadOne(string id, string from)
    {
        byte[] text;
        if (from.Length == 0)
        {
            throw new FormatException("--key is given an empty path. Name a file, or env: and an environment variable.");
        }

        if (from.StartsWith("env:", StringComparison.Ordinal))
        {
            text = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(from[4..]) ?? throw new FormatException($"The environment variable {from[4..]} is not set."));
        }
        else
        {
            using var file = File.OpenRead(from);
            if (file.Length > MaxText)
            {
                throw new FormatException($"{from} is too large to be a key.");
            }

            text = new byte[file.Length];
            file.ReadExactly(text);
        }

        try
        {
            return DecisionKey.Parse(id, text);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{from}: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }
}
