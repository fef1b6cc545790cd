using System.Security.Cryptography;
using System.Text.Json;
using IntentAuthz.Cli.Tests.Documentation;

namespace IntentAuthz.Cli.Tests.Incidents;

/// <summary><c>intentauthz incident verify</c> over a folder that was exported. That each change is found is tested where the verifier is.</summary>
public sealed class VerifyVerbTests : IAsyncLifetime, IDisposable
{
    private readonly DocumentedFiles _files = new();

    private string Evidence => Path.Combine(_files.Root, "evidence");

    private string Digest => File.ReadAllText(Path.Combine(_files.Root, "written-down"));

    private string Key => $"audit={Path.Combine(_files.Root, "audit.pub.pem")}";

    public Task InitializeAsync() => _files.WriteForAsync("intentauthz incident verify evidence");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _files.Dispose();

    [Fact]
    public void As_it_was_exported_exits_with_0_and_says_what_vouches_for_it()
    {
        var result = Verb.Run("incident", "verify", Evidence, "--manifest", Digest, "--key", Key, "--json");

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        var found = JsonElement.Parse(result.Output);
        Assert.True(found.GetProperty("intact").GetBoolean() && found.GetProperty("manifestHeld").GetBoolean() && found.GetProperty("signed").GetBoolean());
        Assert.Equal(Digest, found.GetProperty("manifestSha256").GetString());
        Assert.Equal(found.GetProperty("auditRecords").GetInt32(), found.GetProperty("auditProofs").GetInt32());
        Assert.NotEqual(0, found.GetProperty("auditProofs").GetInt32());
        Assert.Equal(0, found.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public void Held_against_nothing_exits_with_0_and_says_so()
    {
        var result = Verb.Run("incident", "verify", Evidence);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("held against nothing (--manifest)", result.Output, StringComparison.Ordinal);
        Assert.Contains("not held against a key (--key)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_file_exits_with_1_and_is_named()
    {
        File.AppendAllText(Path.Combine(Evidence, "incident.json"), " ");

        var result = Verb.Run("incident", "verify", Evidence, "--manifest", Digest, "--key", Key);
        var json = Verb.Run("incident", "verify", Evidence, "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("incident.json: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("Not intact: 1 finding.", result.Output, StringComparison.Ordinal);
        var finding = Assert.Single(JsonElement.Parse(json.Output).GetProperty("findings").EnumerateArray());
        Assert.Equal(("ChangedFile", "incident.json"), (finding.GetProperty("code").GetString(), finding.GetProperty("file").GetString()));
    }

    [Fact]
    public void Checkpoint_that_another_key_has_signed_is_not_said_to_have_been_held_against_none()
    {
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(_files.Root, "another.pub.pem");
        File.WriteAllText(file, another.ExportSubjectPublicKeyInfoPem());

        var result = Verb.Run("incident", "verify", Evidence, "--key", $"audit={file}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("which no key that was given has signed", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not held against a key", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_that_somebody_put_in_cannot_move_the_cursor()
    {
        File.WriteAllText(Path.Combine(Evidence, "\u001b[2J\u202eevil"), "");

        var result = Verb.Run("incident", "verify", Evidence);

        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain(result.Output, static c => c is '\u001b' or '\u202e');
    }

    [Fact]
    public void Folder_that_is_not_there_or_a_digest_that_is_none_or_a_key_that_is_none_exits_with_2()
    {
        Assert.Equal(2, Verb.Run("incident", "verify", Path.Combine(_files.Root, "nowhere")).ExitCode);
        Assert.Equal(2, Verb.Run("incident", "verify", Evidence, "--key", "audit").ExitCode);
        Assert.Equal(2, Verb.Run("incident", "verify", Evidence, "--key", $"audit={Path.Combine(Evidence, "incident.json")}").ExitCode);
        var cut = Verb.Run("incident", "verify", Evidence, "--manifest", Digest[..20]);
        Assert.Equal(2, cut.ExitCode);
        Assert.Contains("64 hexadecimal digits", cut.Errors, StringComparison.Ordinal);
    }
}
