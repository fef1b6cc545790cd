namespace IntentAuthz.Cli.Tests.Policies;

/// <summary>A directory with policies, a schema, entities and requests, removed at the end.</summary>
internal sealed class Shop : IDisposable
{
    private const string Policies = """
        @id("small payment")
        permit(principal is User, action == Action::"pay", resource)
        when {
          context.input.amount.lessThanOrEqual(decimal("500.0")) &&
          context.input.currency == "EUR"
        };

        @id("frozen") @description("Frozen accounts are not paid to.")
        forbid(principal, action == Action::"pay", resource) when { resource.frozen };
        """;

    private const string Schema = """
        entity Group;
        entity User in [Group];
        entity Account = { frozen: Bool };
        action pay appliesTo { principal: User, resource: Account, context: { input: { amount: decimal, currency: String } } };
        """;

    private const string Entities = """
        [
          { "uid": { "type": "User", "id": "alice" }, "attrs": {}, "parents": [{ "type": "Group", "id": "clerks" }] },
          { "uid": { "type": "Account", "id": "1" }, "attrs": { "frozen": false }, "parents": [] },
          { "uid": { "type": "Account", "id": "2" }, "attrs": { "frozen": true }, "parents": [] }
        ]
        """;

    public Shop()
    {
        Write("policies/shop.cedar", Policies);
        Write("shop.cedarschema", Schema);
        Write("entities.json", Entities);
        Write("small.json", Request("1", "120.0"));
        Write("large.json", Request("1", "900.0"));
        Write("frozen.json", Request("2", "120.0"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("intentauthz-cli-").FullName;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A verb's arguments for one of the requests.</summary>
    public string[] Ask(string verb, string request, params string[] more) =>
        [verb, "--policies", Path("policies"), "--entities", Path("entities.json"), "--request", Path(request), .. more];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Request(string account, string amount) =>
        $$"""
        { "principal": { "type": "User", "id": "alice" }, "action": "Action::\"pay\"", "resource": { "__entity": { "type": "Account", "id": "{{account}}" } },
          "context": { "input": { "amount": { "__extn": { "fn": "decimal", "arg": "{{amount}}" } }, "currency": "EUR" } } }
        """;
}
