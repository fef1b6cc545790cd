using Microsoft.Extensions.Logging.Abstractions;

using static IntentAuthz.Tests.Policies.PolicyAsking;

namespace IntentAuthz.Tests.Policies;

/// <summary>Annotations carry obligations; one that is mistyped must not drop an approval unseen.</summary>
public sealed class AnnotationTests
{
    [Theory]
    [InlineData("@approval(\"finance\")", "finance")]
    [InlineData("@approval(\"finance:2\")", "finance:2")]
    [InlineData("@approval(\"finance:10, audit\")", "audit finance:10")]
    [InlineData("@approval(\" audit , finance \")", "audit finance")]
    public void Approval_RolesAndQuorums_AreReadSorted(string annotation, string expected) =>
        Assert.Equal(expected, string.Join(' ', ObligationsOf(annotation).Approvals));

    [Fact]
    public void Obligations_OfEveryKind_AreRead()
    {
        Obligations read = ObligationsOf(
            """@credential("orders:read") @contain("build, net") @redact("result.ssn,result.people.ssn") @rate("5/1m,100/1d,5/1m")""");

        Assert.Equal("orders:read", read.Credential);
        Assert.Equal(["build", "net"], read.Containments.AsEnumerable());
        Assert.Equal(["result.people.ssn", "result.ssn"], read.Redactions.AsEnumerable());
        Assert.Equal([new RateLimit(5, TimeSpan.FromMinutes(1)), new RateLimit(100, TimeSpan.FromDays(1))], read.Rates.AsEnumerable());
    }

    [Theory]
    [InlineData("@id(\"mine\") @description(\"why\")")]
    [InlineData("")]
    public void Remarks_CarryNoObligation(string annotations) => Assert.True(ObligationsOf(annotations).IsNone);

    [Theory]
    [InlineData("@aproval(\"finance\")", "did you mean 'approval'?")]
    [InlineData("@Approval(\"finance\")", "did you mean 'approval'?")]
    [InlineData("@zzzzzzzzzzzz(\"x\")", "unknown annotation '@zzzzzzzzzzzz'. The host can register keys")]
    [InlineData("@approval", "needs a value")]
    [InlineData("@approval(\"\")", "needs a value")]
    [InlineData("@approval(\" , \")", "needs a value")]
    [InlineData("@approval(\"finance:0\")", "quorum")]
    [InlineData("@approval(\"finance:11\")", "quorum")]
    [InlineData("@approval(\"finance:-1\")", "quorum")]
    [InlineData("@approval(\"finance:+1\")", "quorum")]
    [InlineData("@approval(\"finance:two\")", "quorum")]
    [InlineData("@approval(\":2\")", "role")]
    [InlineData("@approval(\"finance,finance:2\")", "twice")]
    [InlineData("@credential(\"a,b\")", "one credential")]
    [InlineData("@redact(\"ssn\")", "result.ssn")]
    [InlineData("@redact(\"result.\")", "empty part")]
    [InlineData("@redact(\"result..ssn\")", "empty part")]
    [InlineData("@redact(\"results\")", "result.ssn")]
    [InlineData("@rate(\"5\")", "5/1m")]
    [InlineData("@rate(\"0/1m\")", "5/1m")]
    [InlineData("@rate(\"10001/1m\")", "5/1m")]
    [InlineData("@rate(\"5/0m\")", "5/1m")]
    [InlineData("@rate(\"5/1w\")", "5/1m")]
    [InlineData("@rate(\"5/31d\")", "5/1m")]
    [InlineData("@rate(\"-5/1m\")", "5/1m")]
    [InlineData("@rate(\"5/99999999999m\")", "5/1m")]
    public void Annotation_ThatSaysNothingSound_FailsTheLoadAndNamesTheFix(string annotation, string expected) =>
        Assert.Contains(expected, Problem($"{annotation} permit(principal, action, resource);"), StringComparison.Ordinal);

    [Theory]
    [InlineData("approval", "finance")]
    [InlineData("credential", "c")]
    [InlineData("contain", "c")]
    [InlineData("redact", "result")]
    [InlineData("rate", "5/1m")]
    public void Obligation_OnAForbid_FailsTheLoad(string name, string value) =>
        Assert.Contains("belong on permits", Problem($"@{name}(\"{value}\") forbid(principal, action, resource);"), StringComparison.Ordinal);

    [Fact]
    public void Annotation_ThatStandsTwice_FailsTheLoad() =>
        Assert.Contains("twice", Problem("""@approval("a") @approval("b") permit(principal, action, resource);"""), StringComparison.Ordinal);

    [Fact]
    public void HostKey_IsAllowedOnceRegistered()
    {
        PolicySource source = PolicySource.Text("""@ticket("4711") forbid(principal, action, resource);""");

        Assert.Single(Problems(source));
        Assert.Equal(1, new CedarPolicyEngine([source], NullLogger<CedarPolicyEngine>.Instance, ["ticket"]).PolicyCount);
    }

    [Fact]
    public void Problems_OfAllFiles_AreReportedAtOnceWithFileLineAndColumn()
    {
        string[] problems = Problems(
            PolicySource.Text("permit(principal, action, resource);\n  @aproval(\"x\")\npermit(principal, action, resource);", "a.cedar"),
            PolicySource.Text("permit(principal, action resource);", "b.cedar"));

        Assert.Equal(2, problems.Length);
        Assert.StartsWith("a.cedar(2,3): error unknown-annotation:", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("b.cedar(1,26): error", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Id_GivenTwiceOverAllFiles_FailsTheLoad() =>
        Assert.Contains(
            "second policy with the id 'same'",
            Assert.Single(Problems(
                PolicySource.Text("""@id("same") permit(principal, action, resource);""", "a.cedar"),
                PolicySource.Text("""@id("same") forbid(principal, action, resource);""", "b.cedar"))),
            StringComparison.Ordinal);

    [Fact]
    public void Id_NotGiven_IsTheFileAndTheNumberInIt() =>
        Assert.Equal(
            ["pay.cedar#2"],
            Engine(PolicySource.Text("permit(principal, action, resource); forbid(principal, action, resource);", "pay.cedar")).Ask().Policies.AsEnumerable());

    private static Obligations ObligationsOf(string annotations)
    {
        Verdict verdict = Engine($"{annotations} permit(principal, action, resource);").Ask();
        Assert.Equal(VerdictEffect.Permit, verdict.Effect);
        return verdict.Obligations;
    }
}
