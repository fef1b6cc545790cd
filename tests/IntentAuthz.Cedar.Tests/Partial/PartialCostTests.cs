namespace IntentAuthz.Cedar.Tests.Partial;

public sealed class PartialCostTests
{
    [Fact]
    public void Tests_of_types_in_one_another_are_evaluated_once_each()
    {
        var target = "resource";
        for (var i = 0; i < 60; i++)
        {
            target = $"(if {target} is Doc then resource else principal)";
        }

        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ {target} is Doc }};");
        PartialResponse? response = null;
        var asking = new Thread(() => response = CedarAuthorizer.AuthorizePartially(
            new(PartialEntity.Unknown, new EntityUid("Action", "read"), PartialEntity.Unknown), policies, EntityStore.Empty))
        {
            IsBackground = true,
        };
        asking.Start();
        Assert.True(asking.Join(TimeSpan.FromSeconds(10)), "The work doubles with each test.");
        Assert.True(response!.CouldAllow);
    }
}
