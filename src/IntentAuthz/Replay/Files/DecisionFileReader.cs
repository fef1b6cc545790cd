using System.Buffers;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz;

/// <summary>
/// Reads one file of a decision store. It takes no more memory than the largest block, whatever the file says. Finding the blocks is for one
/// thread at a time, reading them for many, each with a cipher of its own.
/// </summary>
internal sealed class DecisionFileReader : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _next; // where the next block begins
    private long _number;
    private bool _hasEnd;

    private DecisionFileReader(SafeFileHandle handle, string path, DecisionFileHeader header)
    {
        _handle = handle;
        Path = path;
        Header = header;
        Length = RandomAccess.GetLength(handle);
        _next = header.Bytes.Length;
    }

    internal string Path { get; }

    internal DecisionFileHeader Header { get; }

    /// <summary>Its length when it was opened; what is appended meanwhile is not read.</summary>
    internal long Length { get; }

    /// <summary>Opens a file. Null when it ends within its header: its process died there, and nothing was ever acknowledged in it.</summary>
    /// <exception cref="DecisionStoreException">It is no such file.</exception>
    internal static DecisionFileReader? Open(string path, long number)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            byte[] start = new byte[DecisionFileHeader.MaxSize];
            int length = 0;
            while (length < start.Length && RandomAccess.Read(handle, start.AsSpan(length), length) is > 0 and int read)
            {
                length += read;
            }

            if (DecisionFileHeader.Read(start.AsSpan(0, length), path) is { } header)
            {
                return header.Number == number
                    ? new DecisionFileReader(handle, path, header)
                    : throw new DecisionStoreException(path, 0, -1, $"it was written as file {header.Number} of its store and has another name now.");
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Reads the decisions of a file in their order.</summary>
    internal static IEnumerable<RecordedDecision> ReadAll(string path, long number, IDecisionKeyProvider keys)
    {
        if (Open(path, number) is not { } reader)
        {
            yield break;
        }

        using (reader)
        {
            using BlockCipher cipher = reader.Header.Open(keys, path);
            DecisionDecoder decoder = new();
            while (reader.TryFind(cipher, out DecisionBlock block, out _))
            {
                foreach (RecordedDecision decision in reader.Decode(cipher, block, decoder))
                {
                    yield return decision;
                }
            }
        }
    }

    private List<RecordedDecision> Decode(BlockCipher cipher, DecisionBlock block, DecisionDecoder decoder)
    {
        byte[] room = new byte[block.Frame.Length];
        try
        {
            Read(cipher, block, room, out Span<byte> plain);
            PlainReader reader = new(plain);
            List<RecordedDecision> decisions = [];
            decoder.Clear();
            while (!reader.IsAtEnd)
            {
                decisions.Add(decoder.Read(ref reader));
            }

            return decisions;
        }
        catch (DecisionFormatException e)
        {
            throw Unreadable(block, e);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(room);
        }
    }

    /// <summary>What to say of a block that is whole and holds no decisions.</summary>
    internal DecisionStoreException Unreadable(DecisionBlock block, DecisionFormatException fault) => new(
        Path, block.Offset, block.Frame.Number, $"the block is whole and cannot be read: at {fault.Offset}, {fault.Message}. Its writer is newer than this reader, or faulty.");

    /// <summary>Finds the next block of decisions. False at the end, of which <paramref name="end"/> then says how the file ends.</summary>
    /// <exception cref="DecisionStoreException">What stands there is no block that can follow.</exception>
    internal bool TryFind(BlockCipher cipher, out DecisionBlock block, out DecisionFileEnd end)
    {
        end = DecisionFileEnd.Marked;
        block = default;
        if (_hasEnd)
        {
            return _next == Length ? false : throw Fault("something stands behind the mark of the end.");
        }

        if (_next == Length)
        {
            end = DecisionFileEnd.Unmarked;
            return false;
        }

        Span<byte> bytes = stackalloc byte[BlockFrame.Size];
        if (Length - _next < BlockFrame.Size || !TryRead(_handle, bytes, _next))
        {
            end = DecisionFileEnd.Cut;
            return false;
        }

        block = new DecisionBlock(BlockFrame.Read(bytes), _next);
        if (block.Frame.Length is < 0 or > BlockFrame.MaxLength || block.Frame.Number != _number || block.Frame.Kind is not (BlockFrame.Decisions or BlockFrame.End))
        {
            throw Fault($"what stands before the block was altered: number {block.Frame.Number}, kind {block.Frame.Kind}, {block.Frame.Length} bytes.");
        }

        if (block.End > Length)
        {
            end = DecisionFileEnd.Cut;
            return false;
        }

        if (block.Frame.Kind == BlockFrame.End)
        {
            CheckEnd(cipher, block);
            _hasEnd = true;
            _next = block.End;
            return TryFind(cipher, out block, out end);
        }

        _next = block.End;
        _number++;
        return true;
    }

    /// <summary>Where the next block would begin.</summary>
    internal (long Offset, long Block) Place => (_next, _number);

    /// <summary>The content of a block, decrypted. The caller wipes it.</summary>
    internal void Read(BlockCipher cipher, DecisionBlock block, Span<byte> room, out Span<byte> plain)
    {
        int length = BlockCipher.TagSize + block.Frame.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length); // cipher text
        try
        {
            Span<byte> bytes = rented.AsSpan(0, length);
            plain = room[..block.Frame.Length];
            if (!TryRead(_handle, bytes, block.Offset + BlockFrame.Size) || !cipher.TryDecrypt(block.Frame, bytes[BlockCipher.TagSize..], bytes[..BlockCipher.TagSize], plain))
            {
                throw new DecisionStoreException(Path, block.Offset, block.Frame.Number, "the block is not the one that was written here; it was altered or moved.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public void Dispose() => _handle.Dispose();

    private void CheckEnd(BlockCipher cipher, DecisionBlock block)
    {
        if (block.Frame.Length != 8)
        {
            throw Fault("the mark of the end is none.");
        }

        Span<byte> count = stackalloc byte[8];
        Read(cipher, block, count, out _);
    }

    private DecisionStoreException Fault(string problem) => new(Path, _next, _number, problem);

    private static bool TryRead(SafeFileHandle handle, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
            offset += read;
        }

        return true;
    }
}
