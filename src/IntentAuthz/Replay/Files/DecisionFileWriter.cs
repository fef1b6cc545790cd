namespace IntentAuthz;

/// <summary>One file of a decision store, from its beginning to its end. After a failed write it takes no more. One thread at a time.</summary>
internal sealed class DecisionFileWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly BlockCipher _cipher;
    private long _next; // the number of the next block, and its nonce: never taken twice
    private long _acknowledged; // the end of the last batch that is on the disk
    private long _decisions;

    private DecisionFileWriter(FileStream file, BlockCipher cipher, long start)
    {
        _file = file;
        _cipher = cipher;
        Length = _acknowledged = start;
    }

    internal long Length { get; private set; }

    internal static DecisionFileWriter Begin(string path, long number, IDecisionKeyProvider keys)
    {
        DecisionFileHeader header = DecisionFileHeader.Create(number, keys, out BlockCipher cipher);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream? file = null;
        try
        {
            file = new FileStream(path, options);
            file.Write(header.Bytes);
            file.Flush(flushToDisk: true);
            return new DecisionFileWriter(file, cipher, header.Bytes.Length);
        }
        catch
        {
            cipher.Dispose();
            if (file is not null)
            {
                TakeAway(file); // or its number would be taken for good, and nothing more could be written
            }

            throw;
        }
    }

    private static void TakeAway(FileStream begun)
    {
        try
        {
            begun.Dispose();
            File.Delete(begun.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file system that is read-only by now: what made the header fail is what is told.
        }
    }

    /// <summary>Encrypts and writes one block. It is not acknowledged before <see cref="Flush"/>.</summary>
    internal void Write(byte kind, ReadOnlySpan<byte> plain, int decisions, Span<byte> room)
    {
        BlockFrame frame = new(plain.Length, kind, _next++); // used up from here on, whatever happens
        Span<byte> block = room[..(BlockFrame.Size + BlockCipher.TagSize + plain.Length)];
        frame.WriteTo(block);
        _cipher.Encrypt(frame, plain, block[(BlockFrame.Size + BlockCipher.TagSize)..], block.Slice(BlockFrame.Size, BlockCipher.TagSize));
        _file.Write(block);
        Length += block.Length;
        _decisions += decisions;
    }

    internal void Flush()
    {
        _file.Flush(flushToDisk: true);
        _acknowledged = Length;
    }

    /// <summary>Writes that nothing follows.</summary>
    internal void End()
    {
        Span<byte> count = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(count, _decisions);
        Write(BlockFrame.End, count, decisions: 0, stackalloc byte[BlockFrame.Size + BlockCipher.TagSize + 8]);
        Flush();
    }

    /// <summary>After a failure: takes away what was not acknowledged, as far as that can be done, and closes.</summary>
    internal void Abandon()
    {
        try
        {
            _file.SetLength(_acknowledged);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Then a reader may find some decisions twice, and a block that is cut.
        }

        try
        {
            Dispose();
        }
        catch (IOException)
        {
            // What failed before fails again; the file is closed all the same.
        }
    }

    /// <summary>
    /// Takes away the block at a file's end that a process which died left half written; by then nobody has acknowledged it. The file stays
    /// without a mark of its end.
    /// </summary>
    internal static void CutToLastBlock(string path, long number)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        byte[] start = new byte[(int)Math.Min(file.Length, DecisionFileHeader.MaxSize)];
        file.ReadExactly(start);
        if (DecisionFileHeader.Read(start, path) is not { } header)
        {
            return; // nothing was ever acknowledged in it
        }

        if (header.Number != number)
        {
            throw new DecisionStoreException(path, 0, -1, $"it was written as file {header.Number} of its store and has another name now; move it away.");
        }

        long end = header.Bytes.Length;
        Span<byte> bytes = stackalloc byte[BlockFrame.Size];
        while (file.Length - end >= BlockFrame.Size)
        {
            file.Seek(end, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            BlockFrame frame = BlockFrame.Read(bytes);
            long next = end + BlockFrame.Size + BlockCipher.TagSize + frame.Length;
            if (frame.Length is < 0 or > BlockFrame.MaxLength)
            {
                return; // altered, not cut: that is left for a reader to find
            }

            if (next > file.Length)
            {
                break;
            }

            end = next;
        }

        if (end < file.Length)
        {
            file.SetLength(end);
        }
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _file.Dispose();
    }
}
