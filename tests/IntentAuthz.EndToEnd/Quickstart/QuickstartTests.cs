using System.Text.Json;

namespace IntentAuthz.EndToEnd.Quickstart;

/// <summary>The quickstart does what it shows, and leaves nothing behind.</summary>
public sealed class QuickstartTests(QuickstartFixture fixture) : IClassFixture<QuickstartFixture>
{
    private static readonly string[] s_phases =
    [
        "1 A user asks, and a task is opened",
        "2 The agent works",
        "3 A person decides",
        "4 The task ends",
        "5 A thief replays the token",
        "6 The audit trail",
        "7 Why the payment was refused",
        "8 What was claimed",
    ];

    [Fact]
    public void Every_claim_holds_and_the_exit_code_says_so()
    {
        fixture.Run.AssertExit(0);
        fixture.Run.AssertSays("Every claim held.");
        Assert.DoesNotContain("BROKEN", fixture.Run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NOT SHOWN", fixture.Run.Output, StringComparison.Ordinal);
        Assert.Equal(8, fixture.Run.Output.Split("HELD").Length - 1);
    }

    [Fact]
    public void Nothing_is_written_to_the_error_stream_nor_to_the_working_directory()
    {
        Assert.Equal("", fixture.Run.Errors);
        Assert.Empty(fixture.LeftInWorkingDirectory);
    }

    [Fact]
    public void Piped_output_has_no_colour_codes() => Assert.DoesNotContain('\u001b', fixture.Run.Output);

    [Fact]
    public void The_phases_come_in_order()
    {
        int[] at = [.. s_phases.Select(p => fixture.Run.Words.IndexOf(p, StringComparison.Ordinal))];
        Assert.True(Array.TrueForAll(at, static i => i >= 0) && at.SequenceEqual(at.Order()), $"The phases are at {string.Join(", ", at)} in:\n{fixture.Run.Output}");
    }

    [Theory]
    [InlineData("PERMITS invoices.list_open [policy: reading]")]
    [InlineData("PERMITS payments.pay [policy: small payment], by a token just for this")]
    [InlineData("Paid 240.00 EUR to DE89370400440532013000 for INV-1041.")]
    [InlineData("REFUSES payments.pay (forbidden) [policy: payee from an untrusted source]")]
    [InlineData("This call was denied (forbidden).")]
    [InlineData("ASKS A PERSON about payments.pay (approval-required) [policy: large payment]")]
    [InlineData("clara approves, but it does not count (not-authorized)")]
    [InlineData("felix approves, and it counts")]
    [InlineData("PERMITS payments.pay [policy: large payment], by a token just for this")]
    [InlineData("Paid 4800.00 EUR to DE75512108001245126199 for INV-1042.")]
    [InlineData("401 Unauthorized (its own log: revoked)")]
    [InlineData("“payee from an untrusted source” forbids it, since account (the target of the call) does not come from the user, the task or a trusted source.")]
    [InlineData("It would be permitted if account (the target of the call) came from the user, the task or a trusted source.")]
    [InlineData("[untrusted-payee.cedar(10,8)]")]
    public void Each_step_is_on_the_timeline(string words) => fixture.Run.AssertSays(words);

    [Fact]
    public void The_audit_file_tells_the_whole_story_in_order()
    {
        string[] expected =
        [
            "administration OpenTask permit",
            "decision invoices.list_open permit",
            "outcome invoices.list_open completed",
            "lease issued",
            "decision payments.pay permit",
            "outcome payments.pay completed",
            "decision mailbox.read permit",
            "outcome mailbox.read completed",
            "decision payments.pay deny",
            "decision payments.pay require-approval",
            "administration Approve deny",
            "administration Approve permit",
            "lease issued",
            "decision payments.pay permit",
            "outcome payments.pay completed",
            "task completed",
            "lease revoked",
        ];
        string[] told = [.. fixture.Audit.Select(Tell)];
        int next = 0;
        foreach (string line in told)
        {
            next += next < expected.Length && line == expected[next] ? 1 : 0;
        }

        Assert.True(next == expected.Length, $"\"{(next < expected.Length ? expected[next] : "")}\" does not follow in the audit:\n{string.Join('\n', told)}");
    }

    [Fact]
    public void The_audit_file_holds_neither_a_token_nor_an_argument()
    {
        Assert.DoesNotContain("eyJ", fixture.AuditText, StringComparison.Ordinal); // how every signed token begins
        Assert.DoesNotContain("4800", fixture.AuditText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_itself_it_works_in_a_temporary_directory_that_it_removes()
    {
        using TemporaryDirectory directory = new();
        string temporary = directory.Sub("tmp");
        QuickstartRun run = await QuickstartRun.StartAsync(directory.Sub("working"), ("TMPDIR", temporary), ("TMP", temporary), ("DOTNET_EnableDiagnostics", "0"));
        run.AssertExit(0);
        Assert.Empty(Directory.GetFileSystemEntries(temporary));
    }

    private static string Tell(JsonElement record)
    {
        string kind = Text(record, "kind");
        return kind switch
        {
            "administration" => $"{kind} {Text(record, "action")} {Text(record, "outcome")}",
            "decision" => $"{kind} {Text(record, "tool")} {Text(record, "outcome")}",
            "outcome" => $"{kind} {Text(record, "tool")} {Text(record, "reason")}",
            _ => $"{kind} {Text(record, "reason")}",
        };
    }

    private static string Text(JsonElement record, string name) => record.GetProperty(name).GetString()!;
}
