namespace IntentAuthz;

/// <summary>One reading of a log from its first file to its last, with what is found on the way.</summary>
internal sealed class AuditVerifyRun(AuditVerifyOptions options, List<Hash256>? leaves)
{
    private readonly List<AuditFinding> _findings = [];
    private readonly HashSet<(long, string, string, DateTimeOffset)> _kept = [.. options.Checkpoints.Select(KeyOf)]; // not met in the log yet
    private AuditChain? _chain;
    private AuditCheckpoint? _last;
    private string _file = "";
    private long _line;
    private long _first;
    private Hash256 _firstRoot;
    private int _held;
    private long _bytes;
    private long _read;
    private long _total;
    private bool _isSigned;
    private bool _isClosed;
    private bool _endsTorn;
    private bool _treeIsLost; // after a finding the tree is no more that of the log, and says nothing

    /// <summary>Is shown each record that can be read as one, also those that were changed; null for nobody.</summary>
    internal AuditRecordReader? Reader { get; init; }

    /// <summary>Whether it reads to the end, however much it finds: for who wants the records too.</summary>
    internal bool ReadsOn { get; init; }

    /// <summary>Reads a log from its first file to its last, once.</summary>
    internal AuditVerification Read(AuditLog log, CancellationToken cancellationToken)
    {
        List<string> files = log.Files();
        _total = files.Sum(static f => new FileInfo(f).Length);
        foreach (string file in files)
        {
            if (_endsTorn)
            {
                Find(AuditFindingCode.UnreadableLine, "The file ends in half a line, and there is another file after it.");
                _endsTorn = false;
            }

            _file = file;
            _line = 0;
            using AuditLineReader lines = log.Open(file);
            Read(lines, cancellationToken);
        }

        return Conclude(log.Path);
    }

    private AuditVerification Conclude(string path)
    {
        if (_chain is null)
        {
            _file = path;
            _line = 0;
            Find(AuditFindingCode.WrongFile, "There is no audit log here.");
        }

        foreach (AuditCheckpoint kept in options.Checkpoints)
        {
            Hold(kept);
        }

        if (_findings.Count == 0 && WhyUnproven() is { } unproven)
        {
            Find(AuditFindingCode.Unproven, unproven);
        }

        return new AuditVerification
        {
            Findings = [.. _findings],
            Log = _chain?.Log,
            FirstRecord = _first,
            Records = _chain?.Tree.Size ?? 0,
            LastCheckpoint = _last,
            IsSigned = _isSigned,
            CheckpointsHeld = _held,
            IsClosed = _isClosed && !_endsTorn,
            EndsTorn = _endsTorn,
        };
    }

    /// <summary>
    /// Why an otherwise good log has nothing behind it; null when it has, or was not to. Without this, who can write the file could leave the
    /// checkpoints out, or let it begin after all that were kept.
    /// </summary>
    private string? WhyUnproven() =>
        _chain is not { Tree.Size: > 0 } chain ? null
        : options.Keys.Count > 0
            ? _last is null ? $"No checkpoint in the log is signed by a key that was given: nothing shows who wrote its {chain.Tree.Size - _first} records." : null
        : options.Checkpoints.Count > 0 && _held == 0
            ? $"The log begins with record {_first}, and each checkpoint kept elsewhere is of records from before that: nothing shows that it is the same log."
        : null;

    private void Read(AuditLineReader reader, CancellationToken cancellationToken)
    {
        bool hasHeader = false;
        long read = 0;
        while ((ReadsOn || _findings.Count < AuditVerifier.MaxFindings) && reader.TryRead(out ReadOnlySpan<byte> line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _line = reader.Number;
            _bytes += line.Length + 1;
            if ((++read & 0xFFF) == 0)
            {
                Report();
            }

            if (reader.IsTorn)
            {
                _endsTorn = true;
                return;
            }

            int findings = _findings.Count;
            if (!hasHeader)
            {
                hasHeader = true;
                TakeHeader(line);
            }
            else if (AuditLogLine.TryRead(line, out long number, out ReadOnlySpan<byte> record, out Hash256 after))
            {
                TakeRecord(number, record, after);
                _read++;
                Reader?.Invoke((_file, _line), number, line, record);
            }
            else if (AuditCheckpoint.TryRead(line, out AuditCheckpoint? checkpoint))
            {
                TakeCheckpoint(line, checkpoint);
            }
            else
            {
                Find(AuditFindingCode.UnreadableLine, "The line is no record and no checkpoint.");
            }

            if (reader.Fault is { } fault && _findings.Count == findings)
            {
                Find(AuditFindingCode.UnreadableLine, fault);
            }
        }

        if (reader.IsTooLong)
        {
            _line = reader.Number + 1;
            Find(AuditFindingCode.UnreadableLine, $"The line is longer than {AuditLineReader.MaxLine} bytes.");
        }
        else if (reader.Ending is { } ending)
        {
            _line = reader.Number;
            Find(AuditFindingCode.UnreadableLine, ending);
        }

        Report();
    }

    private void Report() => options.Progress?.Report(new AuditVerifyProgress(_read, _bytes, Math.Max(_bytes, _total)));

    private void TakeHeader(ReadOnlySpan<byte> line)
    {
        if (!AuditLogHeader.TryRead(line, out AuditLogHeader? header))
        {
            Find(AuditFindingCode.UnreadableLine, "The file does not begin as a file of an audit log.");
            _treeIsLost = true;
            _chain ??= AuditChain.Begin();
            return;
        }

        if (_chain is { } before)
        {
            if (header.Log != before.Log)
            {
                Find(AuditFindingCode.WrongFile, "The file belongs to another log.");
            }
            else if (header.Segment != before.Segment + 1)
            {
                Find(AuditFindingCode.WrongFile, $"This is file {header.Segment} of the log; file {before.Segment + 1} is missing or stands elsewhere.");
            }
            else if (!header.Chain.Is(before.Chain) || header.Tree.Size != before.Tree.Size || (!_treeIsLost && !header.Tree.Root.Is(before.Tree.Root)))
            {
                Find(AuditFindingCode.BrokenChain, $"The file does not go on where the one before ends: it begins with record {header.Tree.Size}, and {before.Tree.Size} were read.");
            }
        }
        else
        {
            (_first, _firstRoot) = (header.Tree.Size, header.Tree.Root);
        }

        _chain = AuditChain.After(header);
        _treeIsLost = false; // the header says what the tree was, and the next checkpoint whether that is so
        _isClosed = false;
    }

    private void TakeRecord(long number, ReadOnlySpan<byte> record, in Hash256 after)
    {
        AuditChain chain = _chain!;
        _isClosed = false;
        if (number != chain.Tree.Size)
        {
            Find(AuditFindingCode.Gap, number > chain.Tree.Size
                ? $"Record {chain.Tree.Size} has to stand here, and record {number} does: {number - chain.Tree.Size} are missing or were moved."
                : $"Record {chain.Tree.Size} has to stand here, and record {number} does: it was moved or put in.");
            GoOnFrom(number + 1, after);
            return;
        }

        leaves?.Add(MerkleTree.Leaf(record));
        chain.Take(record);
        if (!chain.Chain.Is(after))
        {
            Find(AuditFindingCode.BrokenChain, $"Record {number} is not what was written here: it or its hash was changed, or something before it was taken out or put in.", number);
            GoOnFrom(number + 1, after);
        }
    }

    private void TakeCheckpoint(ReadOnlySpan<byte> line, AuditCheckpoint checkpoint)
    {
        AuditChain chain = _chain!;
        bool holds = true;
        if (checkpoint.Log != chain.Log || checkpoint.Records != chain.Tree.Size || !checkpoint.ChainHash.Is(chain.Chain))
        {
            holds = false;
            Find(AuditFindingCode.WrongCheckpoint, $"The checkpoint of {checkpoint.Records} records does not follow from what stands before it ({chain.Tree.Size} records).");
        }
        else if (!_treeIsLost && !checkpoint.RootHash.Is(chain.Tree.Root))
        {
            holds = false;
            Find(AuditFindingCode.WrongCheckpoint, "The checkpoint is of other records than those that stand before it.");
        }

        bool isSigned = IsSigned(checkpoint);
        if (options.Keys.Count > 0 && !isSigned)
        {
            holds = false;
            Find(AuditFindingCode.BadSignature, checkpoint.KeyId is null
                ? "The checkpoint is not signed."
                : $"The checkpoint has no good signature by the key '{checkpoint.KeyId}'.");
        }

        chain.TakeCheckpoint(line);
        _isClosed = checkpoint.IsClosing;
        if (holds && !_treeIsLost)
        {
            (_last, _isSigned) = (checkpoint, isSigned);
        }

        _kept.Remove(KeyOf(checkpoint));
    }

    /// <summary>Holds a checkpoint that was kept elsewhere against the log.</summary>
    private void Hold(AuditCheckpoint kept)
    {
        if (_chain is null)
        {
            return;
        }

        if (options.Keys.Count > 0 && !IsSigned(kept))
        {
            Find(AuditFindingCode.BadSignature, $"The checkpoint kept elsewhere, of {kept.Records} records, has no good signature.");
        }
        else if (kept.Log != _chain.Log)
        {
            Find(AuditFindingCode.WrongFile, $"A checkpoint that was kept elsewhere is of the log {kept.Log}; this is {_chain.Log}.");
        }
        else if (kept.Records > _chain.Tree.Size)
        {
            Find(AuditFindingCode.CutOff, $"The log ends after {_chain.Tree.Size} records; on {kept.Time:u} it held {kept.Records}.");
        }
        else if (kept.Records < _first)
        {
            return; // of files that are not here
        }
        else if (!_kept.Contains(KeyOf(kept)) || (kept.Records == _first && kept.RootHash.Is(_firstRoot)))
        {
            _held++; // also where it is the last line of a file that was moved away: what is here says of itself that it goes on from there
        }
        else
        {
            Find(AuditFindingCode.WrongCheckpoint, $"The log has no such checkpoint as one that was kept elsewhere, of {kept.Records} records on {kept.Time:u}: it was written anew.");
        }
    }

    private static (long, string, string, DateTimeOffset) KeyOf(AuditCheckpoint checkpoint) => (checkpoint.Records, checkpoint.Root, checkpoint.Chain, checkpoint.Time);

    private bool IsSigned(AuditCheckpoint checkpoint) =>
        checkpoint.KeyId is { } id && options.Keys.TryGetValue(id, out System.Security.Cryptography.ECDsa? key) && checkpoint.IsSignedBy(key);

    /// <summary>Reads on from what a line says of itself, so that one change is told once and the next is found too.</summary>
    private void GoOnFrom(long records, in Hash256 after)
    {
        _treeIsLost = true;
        _chain = _chain!.At(records, after);
    }

    private void Find(AuditFindingCode code, string message) => Find(code, message, _chain?.Tree.Size ?? 0);

    private void Find(AuditFindingCode code, string message, long record)
    {
        if (_findings.Count < AuditVerifier.MaxFindings)
        {
            _findings.Add(new AuditFinding(code, _file, _line, record, message));
        }
    }
}
