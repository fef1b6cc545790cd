using System.Diagnostics;

namespace IntentAuthz.Tests.Mandates;

/// <summary>Which effects an ordinary English request asks for.</summary>
public sealed class EnglishRequestReaderTests
{
    private static readonly ToolDescriptor[] s_tools =
    [
        Tool("read_mail", ToolEffect.Read), Tool("create_calendar_event", ToolEffect.Create), Tool("update_profile", ToolEffect.Update), Tool("delete_file", ToolEffect.Delete),
        Tool("send_mail", ToolEffect.Send), Tool("share_file", ToolEffect.Grant), Tool("send_money", ToolEffect.Pay), Tool("run_shell", ToolEffect.Execute), Tool("obscure", ToolEffect.Unknown),
    ];

    [Theory]
    [InlineData("What is my balance?", "read_mail")]
    [InlineData("Get rid of the old file", "delete_file, read_mail")]
    [InlineData("Please cancel it", "delete_file, read_mail")]
    [InlineData("Refund Bob what he sent", "read_mail, send_money")]
    [InlineData("Put lunch into my calendar", "create_calendar_event, read_mail")]
    [InlineData("I want my calendar to show lunch", "create_calendar_event, read_mail")] // by what the tool is named for
    [InlineData("Let Bob know by replying", "read_mail, send_mail")]
    [InlineData("Inviting Dora would be nice", "read_mail, share_file")]
    [InlineData("Which file is in the drive?", "read_mail")] // a file is spoken of: not to delete it, nor to share it
    [InlineData("Summarise it, but do not delete anything", "read_mail")]
    [InlineData("Never ever cancel it", "read_mail")]
    [InlineData("Don't forget to cancel it", "delete_file, read_mail")]
    public async Task Request_IsReadForItsEffects(string request, string expected)
    {
        MandateProposal proposal = await ProposeAsync(request);

        Assert.StartsWith(expected + " (", proposal.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OfNothingButReading_SaysSo() => Assert.Equal("the request asks for reading only", (await ProposeAsync("Read it to me")).Rationale);

    [Fact]
    public async Task ToolWithoutAnEffect_IsNeverAskedFor() => Assert.DoesNotContain("obscure", (await ProposeAsync("obscure send delete pay run share")).Description, StringComparison.Ordinal);

    [Fact]
    public async Task NoTools_ProposeNothing() =>
        Assert.Null((await new EnglishRequestReader().ProposeAsync(new MandateProposalRequest("do it", [], Mandate.WhateverPoliciesPermit("a test")), default))!.Grants);

    [Fact]
    public async Task LongRequest_IsReadInTime()
    {
        long started = Stopwatch.GetTimestamp();
        await ProposeAsync(string.Concat(Enumerable.Repeat("not a-b ", 8_000)));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    private static async Task<MandateProposal> ProposeAsync(string request) =>
        (await new EnglishRequestReader().ProposeAsync(new MandateProposalRequest(request, s_tools, Mandate.WhateverPoliciesPermit("a test")), CancellationToken.None))!;

    private static ToolDescriptor Tool(string name, ToolEffect effect) => ToolDescriptor.For(name).Effect(effect).Build();
}
