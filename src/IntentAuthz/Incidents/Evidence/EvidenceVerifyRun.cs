using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>One reading of a folder of evidence, with what is found on the way. What is parsed are the very bytes that were digested.</summary>
internal sealed class EvidenceVerifyRun(string folder, EvidenceVerifyOptions options, CancellationToken cancellationToken)
{
    // Far more than an export can have: its largest file is made in memory. A sparse file of a terabyte costs who made it nothing, and its digest hours.
    private const long MaxDigested = 4L * 1024 * 1024 * 1024;

    private readonly List<EvidenceFinding> _findings = [];
    private long _digested;
    private byte[]? _lines;
    private byte[]? _proofs;
    private AuditCheckpoint? _checkpoint;
    private bool _isSigned;
    private int _records;
    private int _proven;

    internal EvidenceVerification Read()
    {
        EvidenceManifest? manifest = null;
        string? digest = null;
        if (TryReadWhole(EvidenceManifest.Name, EvidenceManifest.MaxBytes) is { } bytes)
        {
            digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
            manifest = EvidenceManifest.TryRead(bytes);
            if (manifest is null)
            {
                Find(EvidenceFindingCode.UnreadableFile, EvidenceManifest.Name, "It is no manifest of evidence.");
            }
        }

        bool isHeld = digest is not null && string.Equals(digest, options.ManifestSha256, StringComparison.OrdinalIgnoreCase);
        if (digest is not null && options.ManifestSha256 is not null && !isHeld)
        {
            Find(EvidenceFindingCode.ChangedFile, EvidenceManifest.Name, $"Its SHA-256 is {digest}, and another was written down: it, or with it any file, was changed since, or the digest is of another export.");
        }

        foreach ((string Name, long Bytes, string Sha256) file in manifest?.Files ?? [])
        {
            CheckFile(file.Name, file.Bytes, file.Sha256);
        }

        if (manifest is not null)
        {
            CheckUnlisted(manifest);
            CheckAudit();
        }

        return new EvidenceVerification
        {
            Findings = [.. _findings],
            Incident = manifest?.Incident,
            ManifestSha256 = digest,
            IsManifestHeld = isHeld,
            Files = manifest?.Files.Length ?? 0,
            AuditRecords = _records,
            AuditProofs = _proven,
            Checkpoint = _checkpoint,
            IsSigned = _isSigned,
            Missing = manifest?.Missing ?? [],
        };
    }

    private void CheckFile(string name, long bytes, string sha256)
    {
        // What is read for its content too has a bound of its own; of the others no more is read than the manifest says there is.
        string? digest;
        if (name is AuditExcerpt.Name or EvidenceProofs.Name)
        {
            byte[]? whole = TryReadWhole(name, name == AuditExcerpt.Name ? AuditExcerpt.MaxBytes : EvidenceProofs.MaxBytes);
            (_lines, _proofs) = name == AuditExcerpt.Name ? (whole, _proofs) : (_lines, whole);
            digest = whole is null ? null : Convert.ToHexStringLower(SHA256.HashData(whole));
        }
        else
        {
            digest = TryDigest(name, bytes);
        }

        if (digest is not null && !string.Equals(digest, sha256, StringComparison.OrdinalIgnoreCase))
        {
            Find(EvidenceFindingCode.ChangedFile, name, "It is not the file that the manifest lists: its SHA-256 is another.");
        }
    }

    private void CheckUnlisted(EvidenceManifest manifest)
    {
        HashSet<string> listed = new(manifest.Files.Select(static f => f.Name), StringComparer.Ordinal) { EvidenceManifest.Name };
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_findings.Count == EvidenceVerifier.MaxFindings)
            {
                return;
            }

            string name = Path.GetFileName(path);
            if (!listed.Contains(name))
            {
                Find(EvidenceFindingCode.UnlistedFile, ShownText.Of(name, Identifier.MaxLength), "The manifest does not list it: it was put here after the export.");
            }
        }
    }

    private void CheckAudit()
    {
        EvidenceProofs? proofs = null;
        if (_proofs is not null)
        {
            proofs = EvidenceProofs.TryRead(_proofs);
            if (proofs is null)
            {
                Find(EvidenceFindingCode.UnreadableFile, EvidenceProofs.Name, "It holds no checkpoint with proofs.");
            }
        }

        _checkpoint = proofs?.Checkpoint;
        CheckSignature();
        CheckRecords(proofs);
        if (_proofs is null && options.Keys.Count > 0)
        {
            Find(EvidenceFindingCode.Unproven, EvidenceProofs.Name, "A key was given, and no checkpoint is here that it could have signed: nothing shows that these records are the host's. What was missing at the export may say why.");
        }

        foreach (long number in proofs?.Left.Take(EvidenceVerifier.MaxFindings) ?? [])
        {
            Find(EvidenceFindingCode.Unproven, EvidenceProofs.Name, $"It has a proof of record {number}, which is not in {AuditExcerpt.Name}: the record was taken out.");
        }
    }

    private void CheckSignature()
    {
        if (_checkpoint is not { } checkpoint || options.Keys.Count == 0)
        {
            return;
        }

        _isSigned = checkpoint.KeyId is { } id && options.Keys.TryGetValue(id, out ECDsa? key) && checkpoint.IsSignedBy(key);
        if (!_isSigned)
        {
            Find(EvidenceFindingCode.BadSignature, EvidenceProofs.Name, checkpoint.KeyId is { } name
                ? $"The checkpoint has no good signature by the key '{ShownText.Of(name, Identifier.MaxLength)}'."
                : "The checkpoint is not signed.");
        }
    }

    private void CheckRecords(EvidenceProofs? proofs)
    {
        // An altered log has no proofs, and its records are exported as they stand there, also in another order: that is no change of the export.
        long line = 0;
        long before = -1;
        for (ReadOnlySpan<byte> rest = _lines; !rest.IsEmpty;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            line++;
            int end = rest.IndexOf((byte)'\n');
            if (end < 0 || !AuditLogLine.TryRead(rest[..end], out long number, out ReadOnlySpan<byte> record, out _) || (proofs is not null && number <= before))
            {
                Find(EvidenceFindingCode.UnreadableFile, AuditExcerpt.Name, "The line is no record, or stands before one that comes earlier.", line);
                if (end < 0)
                {
                    return;
                }
            }
            else
            {
                before = number;
                _records++;
                CheckRecord(number, record, proofs, line);
            }

            rest = rest[(end + 1)..];
        }
    }

    private void CheckRecord(long number, ReadOnlySpan<byte> record, EvidenceProofs? proofs, long line)
    {
        if (proofs is null)
        {
            return;
        }

        Hash256[]? path = proofs.Take(number);
        if (path is null && number < proofs.Checkpoint.Records)
        {
            Find(EvidenceFindingCode.Unproven, AuditExcerpt.Name, $"Record {number} has no proof, though the checkpoint covers it.", line);
        }
        else if (path is not null && MerkleTree.Follow(MerkleTree.Leaf(record), number, proofs.Checkpoint.Records, path)?.Is(proofs.Checkpoint.RootHash) != true)
        {
            Find(EvidenceFindingCode.Unproven, AuditExcerpt.Name, $"Record {number} is not the one that the log holds: its proof does not lead to the checkpoint.", line);
        }
        else if (path is not null)
        {
            _proven++;
        }
    }

    private byte[]? TryReadWhole(string name, int most)
    {
        if (TryOpen(name) is not { } opened)
        {
            return null;
        }

        using FileStream file = opened;
        if (file.Length > most)
        {
            Find(EvidenceFindingCode.UnreadableFile, name, $"It is larger than it can be: {file.Length} bytes, and {most} at most.");
            return null;
        }

        byte[] bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private string? TryDigest(string name, long bytes)
    {
        if (TryOpen(name) is not { } opened)
        {
            return null;
        }

        using FileStream file = opened;
        if (file.Length != bytes)
        {
            Find(EvidenceFindingCode.ChangedFile, name, $"It has {file.Length} bytes, and {bytes} when it was exported.");
            return null;
        }

        if (file.Length > MaxDigested - _digested)
        {
            Find(EvidenceFindingCode.UnreadableFile, name, $"It is larger than it can be: {file.Length} bytes, and all files together {MaxDigested} at most.");
            return null;
        }

        _digested += file.Length;
        using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[64 * 1024];
        for (int read; (read = file.Read(part)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            digest.AppendData(part, 0, read);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private FileStream? TryOpen(string name)
    {
        FileInfo file = new(Path.Combine(folder, name));
        if (Directory.Exists(file.FullName) || file.LinkTarget is not null || LinuxFile.IsRegular(file.FullName) == false)
        {
            Find(EvidenceFindingCode.UnreadableFile, name, "It is no regular file.");
            return null;
        }

        if (!file.Exists)
        {
            Find(EvidenceFindingCode.MissingFile, name, "It is not there.");
            return null;
        }

        return new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    private void Find(EvidenceFindingCode code, string file, string message, long line = 0)
    {
        if (_findings.Count < EvidenceVerifier.MaxFindings)
        {
            _findings.Add(new EvidenceFinding(code, file, line, message));
        }
    }
}
