using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// The two keys of one file, derived from the host's by HKDF-SHA256 (RFC 5869) with the file's random id as salt: one for its blocks, one for
/// its header. No two files share a key, so the number of a block is a nonce that never comes twice, whatever restarts or copies there were.
/// </summary>
internal sealed class FileKeys : IDisposable
{
    private readonly byte[] _keys = GC.AllocateUninitializedArray<byte>(2 * DecisionKey.Size, pinned: true);

    private FileKeys()
    {
    }

    private static ReadOnlySpan<byte> Purpose => "IntentAuthz decision store 1"u8;

    internal ReadOnlySpan<byte> BlockKey => _keys.AsSpan(0, DecisionKey.Size);

    internal static FileKeys? Derive(IDecisionKeyProvider keys, string keyId, ReadOnlySpan<byte> fileId)
    {
        Span<byte> key = stackalloc byte[DecisionKey.Size];
        try
        {
            if (!keys.TryCopyKey(keyId, key))
            {
                return null;
            }

            FileKeys derived = new();
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived._keys, fileId, Purpose);
            return derived;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    internal void Mac(ReadOnlySpan<byte> header, Span<byte> mac) => HMACSHA256.HashData(_keys.AsSpan(DecisionKey.Size), header, mac);

    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);
}
