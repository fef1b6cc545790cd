using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// AES-256-GCM over the blocks of one file. The nonce is the block's number, which a writer counts up and never takes again; what a block vouches
/// for besides its content is the file's whole header, its own number, kind and length, so it can be neither moved nor taken for another. One
/// thread at a time.
/// </summary>
internal sealed class BlockCipher : IDisposable
{
    internal const int TagSize = 16;

    private readonly AesGcm _aes;
    private readonly byte[] _associated;

    internal BlockCipher(FileKeys keys, byte[] headerHash)
    {
        _aes = new AesGcm(keys.BlockKey, TagSize);
        _associated = [.. headerHash, .. new byte[BlockFrame.Size]];
    }

    internal void Encrypt(BlockFrame frame, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[12];
        Prepare(frame, nonce);
        _aes.Encrypt(nonce, plain, cipher, tag, _associated);
    }

    /// <summary>False when the block is not the one that was written here.</summary>
    internal bool TryDecrypt(BlockFrame frame, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[12];
        Prepare(frame, nonce);
        try
        {
            _aes.Decrypt(nonce, cipher, tag, plain, _associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();

    private void Prepare(BlockFrame frame, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], frame.Number);
        frame.WriteTo(_associated.AsSpan(_associated.Length - BlockFrame.Size));
    }
}
