using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Identity;

/// <summary>Names come from outside: they are checked where they enter, compared exactly, and tied to a tenant.</summary>
public sealed class IdentityTests
{
    private static readonly TenantId s_acme = new("acme");

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\u0000")]
    [InlineData("a\u0085")]
    public void Identifier_ThatCouldBreakALogOrAStore_IsRefusedWithoutBeingQuoted(string value)
    {
        Assert.Throws<ArgumentException>(() => new TenantId(value));
        Assert.Throws<ArgumentException>(() => new AgentId(value));
        Assert.Throws<ArgumentException>(() => new TaskId(value));
        Assert.Throws<ArgumentException>(() => Principal.Person("x", s_acme, value));
    }

    [Fact]
    public void Identifier_WithAnUnpairedSurrogate_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new AgentId("\ud800"));
        Assert.Throws<ArgumentException>(() => new AgentId("\udc00x"));
        Assert.Equal("\ud83d\ude00", new AgentId("\ud83d\ude00").Value);
    }

    [Fact]
    public void Identifier_HasAtMost256Characters()
    {
        _ = new AgentId(new string('a', 256));
        Assert.DoesNotContain("aaa", Assert.Throws<ArgumentException>(() => new AgentId(new string('a', 257))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Identifier_DefaultValue_IsRefusedWhereOneIsTaken()
    {
        Assert.Throws<ArgumentException>(() => AgentIdentity.HostAsserted(default, s_acme, "ann"));
        Assert.Throws<ArgumentException>(() => AgentIdentity.HostAsserted(new AgentId("bot"), default, "ann"));
        Assert.Throws<ArgumentException>(() => Principal.Person("ann", default));
        Assert.Equal("", default(AgentId).ToString());
    }

    [Fact]
    public void Agent_WithoutAnOwner_IsRefused() =>
        Assert.Throws<ArgumentException>(() => AgentIdentity.HostAsserted(new AgentId("bot"), s_acme, ""));

    [Theory]
    [InlineData("owner")]
    [InlineData("tenant")]
    [InlineData("attested")]
    public void Agent_Attribute_CannotReplaceWhatTheLibrarySets(string name) =>
        Assert.Throws<ArgumentException>(() => AgentIdentity.HostAsserted(
            new AgentId("bot"), s_acme, "ann", attributes: CedarRecord.Create([new(name, CedarBool.True)])));

    [Fact]
    public void Principal_IsTheSamePerson_WhateverRolesItBrings()
    {
        Assert.Equal(Principal.Person("ann", s_acme, "a"), Principal.Person("ann", s_acme, "b"));
        Assert.NotEqual(Principal.Person("ann", s_acme), Principal.Person("Ann", s_acme));
        Assert.NotEqual(Principal.Person("ann", s_acme), Principal.Service("ann", s_acme));
        Assert.NotEqual(Principal.Person("ann", s_acme), Principal.Person("ann", new TenantId("other")));
    }

    [Fact]
    public void Delegation_GrowsByAgentsOnly_AndKnowsWhoIsInIt()
    {
        AgentIdentity bot = AgentIdentity.HostAsserted(new AgentId("bot"), s_acme, "ann");
        Principal user = Principal.Person("carl", s_acme);
        Delegation chain = Delegation.OnBehalfOf(user).Then(bot);

        Assert.True(chain.Includes(user));
        Assert.True(chain.Includes(Principal.OfAgent(bot)));
        Assert.False(chain.Includes(Principal.Person("bot", s_acme)));
        Assert.Throws<ArgumentException>(() => Delegation.OnBehalfOf(Principal.OfAgent(bot)));
        Assert.Empty(Delegation.None.Links);
    }
}
