using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>
/// What was exported is known again, and whatever was changed since is found: by the digest that was written down in any case, and without it wherever
/// a record of the audit was touched, since its proof leads to a checkpoint that the host has signed.
/// </summary>
public sealed class EvidenceVerifierTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evidence").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private IncidentExport _export = null!;

    private string Evidence => Path.Combine(_folder, "evidence");

    public async Task InitializeAsync()
    {
        string log = Path.Combine(_folder, "audit.jsonl");
        Incident incident;
        await using (JsonLinesAuditSink sink = new(log, new AuditFileOptions { SigningKey = _key }))
        {
            await using GuardFixture fixture = IncidentFixture.Create(sink: sink);
            AgentTask task = await fixture.OpenAsync();
            AgentTask another = await fixture.OpenAsync();
            await fixture.CallAsync(another, "write");
            incident = await fixture.UntilAsync(await fixture.LoopAsync(task), static i => i.Has(IncidentEntryKind.Evidence));
        }

        _export = EvidenceFolder.Write(incident, Evidence, AuditLog.JsonLines(log));
    }

    public Task DisposeAsync()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public void Verify_AsItWasExported_IsIntactAndProven()
    {
        EvidenceVerification found = EvidenceVerifier.Verify(Evidence, Against(_key, _export.ManifestSha256.ToUpperInvariant()));

        Assert.Empty(found.Findings);
        Assert.True(found.IsManifestHeld && found.IsSigned);
        Assert.Equal((_export.Files.Length, _export.AuditRecords, _export.AuditProofs), (found.Files, found.AuditRecords, found.AuditProofs));
        Assert.True(found.AuditProofs > 3, $"{found.AuditProofs} records are proven");
        Assert.Equal(_export.ManifestSha256, found.ManifestSha256);
    }

    [Fact]
    public void Verify_AgainstNothing_SaysThatNothingWasHeldAgainstIt()
    {
        EvidenceVerification found = EvidenceVerifier.Verify(Evidence);

        Assert.True(found.IsIntact);
        Assert.False(found.IsManifestHeld || found.IsSigned);
    }

    [Fact]
    public void Verify_AnyBitOfAnyFileChanged_IsFoundAndTheFileNamed()
    {
        Random random = new(20261127);
        foreach (string path in Directory.GetFiles(Evidence))
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int change = 0; change < 40; change++)
            {
                byte[] changed = [.. whole];
                int at = random.Next(changed.Length);
                changed[at] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, changed);

                EvidenceVerification found = EvidenceVerifier.Verify(Evidence, Against(_key, _export.ManifestSha256));

                Assert.True(found.Findings.Any(f => f.File == Path.GetFileName(path)), $"{Path.GetFileName(path)}, byte {at}: {string.Join("; ", found.Findings)}");
            }

            File.WriteAllBytes(path, whole);
        }
    }

    [Fact]
    public void Verify_AnyFileCutLengthenedRemovedOrPutIn_IsFoundAndTheFileNamed()
    {
        foreach (string path in Directory.GetFiles(Evidence))
        {
            byte[] whole = File.ReadAllBytes(path);
            foreach (byte[] changed in (byte[][])[whole[..^1], [.. whole, (byte)'\n'], []])
            {
                File.WriteAllBytes(path, changed);
                Assert.Contains(Find(_key, _export.ManifestSha256), f => f.File == Path.GetFileName(path));
            }

            File.Delete(path);
            Assert.Contains(Find(_key, _export.ManifestSha256), f => f.File == Path.GetFileName(path) && f.Code == EvidenceFindingCode.MissingFile);
            File.WriteAllBytes(path, whole);
        }

        File.WriteAllText(Path.Combine(Evidence, "evidence-999.json"), "{}");
        Directory.CreateDirectory(Path.Combine(Evidence, "more"));
        Assert.Equal(["evidence-999.json", "more"], Find(_key, _export.ManifestSha256).Where(static f => f.Code == EvidenceFindingCode.UnlistedFile).Select(static f => f.File).Order());
    }

    [Fact]
    public void Verify_RecordChangedWithItsDigest_IsFoundByItsProof_WithItsLine()
    {
        string[] lines = File.ReadAllLines(Named("audit.jsonl"));
        lines[1] = lines[1].Replace("\"tool\":\"read\"", "\"tool\":\"look\"", StringComparison.Ordinal);
        Assert.NotEqual(File.ReadAllLines(Named("audit.jsonl"))[1], lines[1]);
        Rewrite("audit.jsonl", string.Join('\n', lines) + "\n");

        EvidenceFinding finding = Assert.Single(Find(_key));

        Assert.Equal((EvidenceFindingCode.Unproven, "audit.jsonl", 2), (finding.Code, finding.File, finding.Line));
    }

    [Fact]
    public void Verify_RecordTakenOutWithItsDigest_IsFoundByTheProofThatIsLeft()
    {
        Rewrite("audit.jsonl", string.Join('\n', File.ReadAllLines(Named("audit.jsonl"))[1..]) + "\n");

        EvidenceFinding finding = Assert.Single(Find(_key));

        Assert.Equal((EvidenceFindingCode.Unproven, "audit-proofs.json"), (finding.Code, finding.File));
    }

    [Fact]
    public void Verify_RecordTakenOutWithDigestAndProof_IsFoundByTheDigestThatWasWrittenDownAlone()
    {
        Rewrite("audit.jsonl", string.Join('\n', File.ReadAllLines(Named("audit.jsonl"))[1..]) + "\n");
        JsonNode proofs = JsonNode.Parse(File.ReadAllText(Named("audit-proofs.json")))!;
        proofs["proofs"]!.AsArray().RemoveAt(0);
        Rewrite("audit-proofs.json", AsWritten(proofs));

        Assert.Empty(Find(_key)); // the export is of records about the incident; which there are, the proofs cannot say
        Assert.Equal("manifest.json", Assert.Single(Find(_key, _export.ManifestSha256)).File);
    }

    [Fact]
    public void Verify_ProofTakenAwayFromARecordThatTheCheckpointCovers_IsFound()
    {
        JsonNode proofs = JsonNode.Parse(File.ReadAllText(Named("audit-proofs.json")))!;
        proofs["proofs"]!.AsArray().RemoveAt(0);
        Rewrite("audit-proofs.json", AsWritten(proofs));

        EvidenceFinding finding = Assert.Single(Find(_key));

        Assert.Equal((EvidenceFindingCode.Unproven, 1), (finding.Code, finding.Line));
    }

    [Fact]
    public void Verify_AllProofsTakenAway_IsUnprovenAgainstAKey()
    {
        File.Delete(Named("audit-proofs.json"));
        Rewrite("audit-proofs.json", content: null);

        Assert.Equal(EvidenceFindingCode.Unproven, Assert.Single(Find(_key)).Code);
        Assert.Empty(Find(key: null));
    }

    [Fact]
    public void Verify_WholeLogOfSomebodyElse_IsABadSignature()
    {
        using ECDsa another = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Equal(EvidenceFindingCode.BadSignature, Assert.Single(Find(another)).Code);
    }

    [Fact]
    public void Verify_RecordsInAnotherOrderOrTwice_AreUnreadable()
    {
        string[] lines = File.ReadAllLines(Named("audit.jsonl"));
        Rewrite("audit.jsonl", string.Join('\n', [lines[1], lines[0], .. lines[2..]]) + "\n");
        Assert.Contains(Find(_key), static f => f is { Code: EvidenceFindingCode.UnreadableFile, Line: 2 });

        Rewrite("audit.jsonl", string.Join('\n', [lines[0], lines[0], .. lines[1..]]) + "\n");
        Assert.Contains(Find(_key), static f => f is { Code: EvidenceFindingCode.UnreadableFile, Line: 2 });
    }

    [Theory]
    [InlineData("link")]
    [InlineData("pipe")]
    [InlineData("directory")]
    public void Verify_NoRegularFileInTheFilesPlace_IsFoundAndNotRead(string kind)
    {
        foreach (string name in new[] { "manifest.json", "audit.jsonl", "incident.json" })
        {
            string path = Named(name);
            string aside = Path.Combine(_folder, $"{name}.aside");
            File.Move(path, aside);
            switch (kind)
            {
                case "link":
                    File.CreateSymbolicLink(path, aside);
                    break;
                case "directory":
                    Directory.CreateDirectory(path);
                    break;
                default:
                    if (!OperatingSystem.IsLinux())
                    {
                        return;
                    }

                    using (Process made = Process.Start("mkfifo", [path]))
                    {
                        made.WaitForExit();
                    }

                    break;
            }

            Assert.Contains(Find(_key, _export.ManifestSha256), f => f.File == name && f.Code == EvidenceFindingCode.UnreadableFile);
            if (kind == "directory")
            {
                Directory.Delete(path);
            }
            else
            {
                File.Delete(path);
            }

            File.Move(aside, path);
        }
    }

    [Theory]
    [InlineData("""{"schema":1,"incident":"@","files":[{"name":"../audit.jsonl","bytes":1,"sha256":"#"}],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":[{"name":"/etc/passwd","bytes":1,"sha256":"#"}],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":[{"name":"manifest.json","bytes":1,"sha256":"#"}],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":[{"name":"incident.json","bytes":-1,"sha256":"#"}],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":[{"name":"a","bytes":1,"sha256":"#"},{"name":"a","bytes":1,"sha256":"#"}],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"../x","files":[],"missing":[]}""")]
    [InlineData("""{"schema":2,"incident":"@","files":[],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":[null],"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":"@","files":{},"missing":[]}""")]
    [InlineData("""{"schema":1,"incident":null,"files":[],"missing":[]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void Verify_ManifestThatNoExportWrites_IsUnreadable(string manifest)
    {
        File.WriteAllText(
            Named("manifest.json"), manifest.Replace("@", IncidentId.New().Value, StringComparison.Ordinal).Replace("#", new string('0', 64), StringComparison.Ordinal));

        Assert.Equal((EvidenceFindingCode.UnreadableFile, "manifest.json"), Find(_key).Select(static f => (f.Code, f.File)).First());
    }

    [Fact]
    public void Verify_ManifestOfMoreFilesThanThereCanBe_OrLargerThanItCanBe_IsUnreadable()
    {
        string files = string.Join(',', Enumerable.Range(0, 2_000).Select(static i => $$"""{"name":"evidence-{{i}}.json","bytes":0,"sha256":"{{new string('0', 64)}}"}"""));
        File.WriteAllText(Named("manifest.json"), $$"""{"schema":1,"incident":"{{IncidentId.New()}}","files":[{{files}}],"missing":[]}""");
        Assert.Equal(EvidenceFindingCode.UnreadableFile, Find(_key)[0].Code);

        using (FileStream large = File.OpenWrite(Named("manifest.json")))
        {
            large.SetLength(1L << 40); // a sparse file: nothing of it is read
        }

        Assert.Equal(EvidenceFindingCode.UnreadableFile, Find(_key)[0].Code);
    }

    [Fact]
    public void Verify_SparseFileAsLargeAsTheManifestSays_IsNotRead()
    {
        using (FileStream large = File.OpenWrite(Named("timeline.jsonl")))
        {
            large.SetLength(1L << 40);
        }

        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Named("manifest.json")))!;
        manifest["files"]!.AsArray().Single(static f => f!["name"]!.GetValue<string>() == "timeline.jsonl")!["bytes"] = 1L << 40;
        File.WriteAllText(Named("manifest.json"), manifest.ToJsonString());
        using CancellationTokenSource soon = new(TimeSpan.FromSeconds(20));

        EvidenceVerification found = EvidenceVerifier.Verify(Evidence, Against(_key), soon.Token);

        EvidenceFinding finding = Assert.Single(found.Findings);
        Assert.Equal((EvidenceFindingCode.UnreadableFile, "timeline.jsonl"), (finding.Code, finding.File));
    }

    [Fact]
    public async Task Verify_ExportOfALogWhoseRecordsWereMoved_IsAsItWasExported()
    {
        string log = Path.Combine(_folder, "moved.jsonl");
        Incident incident;
        await using (JsonLinesAuditSink sink = new(log, new AuditFileOptions()))
        {
            await using GuardFixture fixture = IncidentFixture.Create(sink: sink);
            incident = await fixture.UntilAsync(await fixture.LoopAsync(await fixture.OpenAsync()), static i => i.Has(IncidentEntryKind.Evidence));
        }

        string[] lines = File.ReadAllLines(log);
        int[] records = [.. Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("{\"n\":", StringComparison.Ordinal))];
        (lines[records[0]], lines[records[1]], lines[records[2]], lines[records[3]]) = (lines[records[3]], lines[records[2]], lines[records[1]], lines[records[0]]);
        File.WriteAllText(log, string.Join('\n', lines) + "\n");
        string folder = Path.Combine(_folder, "of-moved");

        IncidentExport export = EvidenceFolder.Write(incident, folder, AuditLog.JsonLines(log));
        EvidenceVerification found = EvidenceVerifier.Verify(folder, Against(key: null, export.ManifestSha256));

        Assert.Equal(0, export.AuditProofs);
        Assert.True(found.IsManifestHeld);
        Assert.Equal(export.AuditRecords, found.AuditRecords);
        Assert.Empty(found.Findings);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"schema":1,"checkpoint":{},"proofs":[]}""")]
    [InlineData("@path")]
    [InlineData("@twice")]
    [InlineData("@hash")]
    public void Verify_ProofsThatNoExportWrites_AreUnreadable(string proofs)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(Named("audit-proofs.json")))!;
        JsonArray all = root["proofs"]!.AsArray();
        switch (proofs)
        {
            case "@path":
                all[0]!["path"] = new JsonArray([.. Enumerable.Range(0, 65).Select(_ => (JsonNode)JsonValue.Create(new string('A', 43)))]);
                break;
            case "@twice":
                all.Add(all[0]!.DeepClone());
                break;
            case "@hash":
                all[0]!["path"]![0] = "no hash";
                break;
        }

        Rewrite("audit-proofs.json", proofs[0] == '@' ? AsWritten(root) : proofs);

        Assert.Contains(Find(_key), static f => f is { Code: EvidenceFindingCode.UnreadableFile, File: "audit-proofs.json" });
    }

    [Fact]
    public void Verify_FolderThatIsNotThere_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => EvidenceVerifier.Verify(Path.Combine(_folder, "another")));

    [Theory]
    [InlineData("")]
    [InlineData("9f86d081")]
    [InlineData("zz86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public void ManifestSha256_ThatIsNone_IsRefused(string digest) => Assert.Throws<ArgumentException>(() => new EvidenceVerifyOptions { ManifestSha256 = digest });

    private static EvidenceVerifyOptions Against(ECDsa? key, string? manifest = null)
    {
        EvidenceVerifyOptions options = new() { ManifestSha256 = manifest };
        if (key is not null)
        {
            options.Keys.Add("audit", key);
        }

        return options;
    }

    /// <summary>The proofs as the export writes them: a checkpoint is understood in one form only.</summary>
    private static string AsWritten(JsonNode proofs) => proofs.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private ImmutableArray<EvidenceFinding> Find(ECDsa? key, string? manifest = null) => EvidenceVerifier.Verify(Evidence, Against(key, manifest)).Findings;

    private string Named(string name) => Path.Combine(Evidence, name);

    /// <summary>Writes a file, or leaves it out, as somebody does who makes the manifest fit.</summary>
    private void Rewrite(string name, string? content)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Named("manifest.json")))!;
        JsonArray files = manifest["files"]!.AsArray();
        JsonNode file = files.Single(f => f!["name"]!.GetValue<string>() == name)!;
        if (content is null)
        {
            files.Remove(file);
        }
        else
        {
            byte[] bytes = Encoding.UTF8.GetBytes(content);
            File.WriteAllBytes(Named(name), bytes);
            file["bytes"] = bytes.Length;
            file["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }

        File.WriteAllText(Named("manifest.json"), manifest.ToJsonString());
    }
}
