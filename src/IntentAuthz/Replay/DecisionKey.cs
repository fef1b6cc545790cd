using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>One key for a decision store, held in memory until it is disposed. For keys that change, implement <see cref="IDecisionKeyProvider"/>. Safe for use by many threads.</summary>
public sealed class DecisionKey : IDecisionKeyProvider, IDisposable
{
    /// <summary>The length of a key, in bytes.</summary>
    public const int Size = 32;

    private readonly Lock _using = new(); // a copy and the wiping
    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    private bool _isDisposed;

    /// <summary>Takes a copy of a key.</summary>
    /// <param name="keyId">Its name: 1 to 256 characters without control characters, no secret.</param>
    /// <param name="key">32 random bytes.</param>
    /// <exception cref="ArgumentException">The name is not valid or the key has another length.</exception>
    public DecisionKey(string keyId, ReadOnlySpan<byte> key)
    {
        CurrentKeyId = Identifier.Validate(keyId, "key id");
        if (key.Length != Size)
        {
            throw new ArgumentException($"The key has {key.Length} bytes; a decision store takes {Size} random ones.", nameof(key));
        }

        key.CopyTo(_key);
    }

    /// <inheritdoc/>
    public string CurrentKeyId { get; }

    /// <summary>Reads a key written as base64 or as 64 hexadecimal digits, such as from an environment variable or a mounted file; white space around it does not count.</summary>
    /// <param name="keyId">Its name.</param>
    /// <param name="text">The text, in UTF-8. The caller wipes it.</param>
    /// <exception cref="FormatException">The text is neither; the message does not repeat it.</exception>
    public static DecisionKey Parse(string keyId, ReadOnlySpan<byte> text)
    {
        Span<byte> key = stackalloc byte[Size];
        try
        {
            ReadOnlySpan<byte> trimmed = text.Trim(" \t\r\n"u8);
            bool isKey = trimmed.Length == 2 * Size
                ? Convert.FromHexString(trimmed, key, out _, out int written) == System.Buffers.OperationStatus.Done && written == Size
                : System.Buffers.Text.Base64.DecodeFromUtf8(trimmed, key, out _, out written) == System.Buffers.OperationStatus.Done && written == Size;
            return isKey ? new DecisionKey(keyId, key) : throw new FormatException($"The key is neither {Size} bytes in base64 nor {2 * Size} hexadecimal digits.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public bool TryCopyKey(string keyId, Span<byte> key)
    {
        lock (_using)
        {
            if (_isDisposed || !string.Equals(keyId, CurrentKeyId, StringComparison.Ordinal))
            {
                return false;
            }

            _key.CopyTo(key);
            return true;
        }
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        lock (_using)
        {
            _isDisposed = true;
            CryptographicOperations.ZeroMemory(_key);
        }
    }

    /// <summary>The key's name, never the key.</summary>
    public override string ToString() => CurrentKeyId;
}
