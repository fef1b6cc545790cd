using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// One replay of a store's files: one block at a time is found, each thread decrypts, decodes and decides those it gets. Memory is bounded by one
/// block a thread, whatever the store's size. Used once.
/// </summary>
internal sealed class StoreReplay(
    Redecision redecision, ReplayOptions options, string directory, IDecisionKeyProvider keys, IProgress<ReplayProgress>? progress)
{
    private const int MaxProblems = 1000;
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _finding = new(); // guards all below but the counters
    private readonly List<(long File, long Offset, string Text)> _problems = [];
    private readonly List<string> _unfinished = [];
    private List<(long Number, string Path)> _files = [];
    private int _next; // the next file
    private OpenFile? _file;
    private long _readBytes;
    private long _total;

    internal async Task<ReplayResult> RunAsync(CancellationToken cancellationToken)
    {
        _files = DecisionFiles.In(directory);
        if (_files.Count == 0)
        {
            throw new IOException($"The directory {Path.GetFullPath(directory)} holds no file of a decision store (decisions.*.iad).");
        }

        NoteGaps();
        _total = _files.Sum(static f => new FileInfo(f.Path).Length);
        ReplayTally[] tallies = new ReplayTally[options.MaxParallelism];
        Task[] workers = new Task[tallies.Length];
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int i = 0; i < workers.Length; i++)
        {
            ReplayTally tally = tallies[i] = new ReplayTally(options);
            workers[i] = Task.Run(() => Work(tally, stopping), CancellationToken.None);
        }

        Task all = Task.WhenAll(workers);
        while (progress is not null && !all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(s_progressInterval, CancellationToken.None)).ConfigureAwait(false);
            progress.Report(new ReplayProgress(tallies.Sum(static t => t.Decisions), Interlocked.Read(ref _readBytes), _total));
        }

        try
        {
            await all.ConfigureAwait(false);
        }
        finally
        {
            _file?.Release();
        }

        cancellationToken.ThrowIfCancellationRequested();
        _problems.Sort();
        return ReplayTally.Sum(tallies, options.MaxExamples, [.. _problems.Select(static p => p.Text)], [.. _unfinished], _total);
    }

    private void Work(ReplayTally tally, CancellationTokenSource stopping)
    {
        byte[] room = [];
        DecisionDecoder decoder = new();
        OpenFile? file = null;
        BlockCipher? cipher = null;
        try
        {
            while (!stopping.IsCancellationRequested && TryFind(out OpenFile? found, out DecisionBlock block))
            {
                if (file != found)
                {
                    file?.Release();
                    cipher?.Dispose();
                    cipher = null;
                    (file, found) = (found, null);
                }

                found?.Release();
                try
                {
                    cipher ??= file!.Reader.Header.Open(keys, file.Reader.Path);
                    if (room.Length < block.Frame.Length)
                    {
                        CryptographicOperations.ZeroMemory(room);
                        room = GC.AllocateUninitializedArray<byte>(Math.Max(block.Frame.Length, 256 * 1024));
                    }

                    file!.Reader.Read(cipher, block, room, out Span<byte> plain);
                    Replay(plain, decoder, tally, file.Number, block);
                }
                catch (DecisionStoreException e)
                {
                    Note(file!.Number, e.Offset, e.Message);
                }
                catch (DecisionFormatException e)
                {
                    Note(file!.Number, block.Offset, file.Reader.Unreadable(block, e).Message);
                }

                Interlocked.Add(ref _readBytes, block.End - block.Offset);
            }
        }
        catch
        {
            stopping.Cancel(); // a fault of ours or the disk's: nobody waits for the others' work
            throw;
        }
        finally
        {
            file?.Release();
            cipher?.Dispose();
            CryptographicOperations.ZeroMemory(room);
        }
    }

    private void Replay(ReadOnlySpan<byte> plain, DecisionDecoder decoder, ReplayTally tally, long file, DecisionBlock block)
    {
        PlainReader reader = new(plain);
        decoder.Clear();
        for (int i = 0; !reader.IsAtEnd; i++)
        {
            RecordedDecision decision = decoder.Read(ref reader);
            try
            {
                tally.Add(redecision, decision, (file, block.Frame.Number, i));
            }
            catch (ArgumentException e)
            {
                // Values that are possible each and impossible together, which no recorder has written.
                throw new DecisionFormatException(reader.Position, $"a decision cannot be evaluated ({e.GetType().Name})");
            }
        }
    }

    /// <summary>Hands out the next block, with a hold on its file that the caller releases.</summary>
    private bool TryFind(out OpenFile? file, out DecisionBlock block)
    {
        lock (_finding)
        {
            while (true)
            {
                if (_file is null && !TryOpenNext())
                {
                    (file, block) = (null, default);
                    return false;
                }

                if (_file is null)
                {
                    continue;
                }

                try
                {
                    if (_file.Reader.TryFind(_file.Cipher, out block, out DecisionFileEnd end))
                    {
                        file = _file;
                        file.Hold();
                        return true;
                    }

                    NoteEnd(_file, end);
                }
                catch (DecisionStoreException e)
                {
                    NoteUnderLock(_file.Number, e.Offset, e.Message); // what follows in this file cannot be found any more
                }

                _file.Release();
                _file = null;
            }
        }
    }

    /// <summary>Opens the next file. False when there is none; true with none open when it cannot be read.</summary>
    private bool TryOpenNext()
    {
        if (_next == _files.Count)
        {
            return false;
        }

        (long number, string path) = _files[_next++];
        DecisionFileReader? reader = null;
        try
        {
            reader = DecisionFileReader.Open(path, number);
            if (reader is null)
            {
                _unfinished.Add($"{path} ends within its header");
                return true;
            }

            _file = new OpenFile(number, reader, reader.Header.Open(keys, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader?.Dispose();
            NoteUnderLock(number, 0, e is DecisionStoreException ? e.Message : $"{path}: {e.Message}");
        }

        return true;
    }

    private void NoteEnd(OpenFile file, DecisionFileEnd end)
    {
        (long offset, long block) = file.Reader.Place;
        if (end == DecisionFileEnd.Cut && _next < _files.Count)
        {
            // A writer that goes on after a crash cuts such an end off.
            NoteUnderLock(file.Number, offset, new DecisionStoreException(file.Reader.Path, offset, block, "the file ends within the block; it was cut.").Message);
        }
        else if (end != DecisionFileEnd.Marked)
        {
            _unfinished.Add($"{file.Reader.Path} ends {(end == DecisionFileEnd.Cut ? "within" : "before")} block {block}, at byte {offset}, without a mark of its end");
        }
    }

    private void NoteGaps()
    {
        for (int i = 1; i < _files.Count; i++)
        {
            if (_files[i].Number != _files[i - 1].Number + 1)
            {
                NoteUnderLock(_files[i].Number, -1, $"{DecisionFiles.PathOf(directory, _files[i - 1].Number + 1)} is missing, or several from there on: files before and after it are there.");
            }
        }
    }

    private void Note(long file, long offset, string problem)
    {
        lock (_finding)
        {
            NoteUnderLock(file, offset, problem);
        }
    }

    private void NoteUnderLock(long file, long offset, string problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add((file, offset, problem));
        }
    }

    /// <summary>A file that is open as long as somebody holds it.</summary>
    private sealed class OpenFile(long number, DecisionFileReader reader, BlockCipher cipher)
    {
        private int _holds = 1;

        internal long Number { get; } = number;

        internal DecisionFileReader Reader { get; } = reader;

        internal BlockCipher Cipher { get; } = cipher; // of the thread that finds blocks

        internal void Hold() => Interlocked.Increment(ref _holds);

        internal void Release()
        {
            if (Interlocked.Decrement(ref _holds) == 0)
            {
                Reader.Dispose();
                Cipher.Dispose();
            }
        }
    }
}
