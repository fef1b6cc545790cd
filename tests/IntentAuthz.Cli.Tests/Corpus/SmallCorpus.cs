namespace IntentAuthz.Cli.Tests.Corpus;

/// <summary>A directory with one passing test, <c>corpus/good.json</c>, and whatever a test writes into it.</summary>
internal sealed class SmallCorpus : IDisposable
{
    public const string Policies =
        """
        permit(principal in Team::"billing", action == Action::"pay", resource) when { context.amount < 100 };
        forbid(principal, action, resource) when { resource.locked && context.amount + 9223372036854775807 > 0 };
        """;

    public const string Schema =
        """
        entity Team;
        entity User in Team;
        entity Invoice { locked: Bool, payee?: User };
        action pay appliesTo { principal: User, resource: Invoice, context: { amount: Long } };
        """;

    // `payee` has no escape: only the schema says that it is an entity.
    public const string Entities =
        """
        [
          { "uid": { "type": "User", "id": "ann" }, "attrs": {}, "parents": [{ "type": "Team", "id": "billing" }] },
          { "uid": { "type": "Team", "id": "billing" }, "attrs": {}, "parents": [] },
          { "uid": { "type": "Invoice", "id": "1" }, "attrs": { "locked": true, "payee": { "type": "User", "id": "ann" } }, "parents": [] }
        ]
        """;

    public const string Test =
        """
        {
          "policies": "corpus/good.cedar", "entities": "corpus/good.entities.json", "schema": "corpus/good.cedarschema", "shouldValidate": true,
          "requests": [
            {
              "description": "one that overflows", "principal": { "type": "User", "id": "ann" }, "action": { "type": "Action", "id": "pay" }, "resource": { "type": "Invoice", "id": "1" },
              "context": { "amount": 1 }, "validateRequest": true, "decision": "allow", "reason": ["policy0"], "errors": ["policy1"]
            },
            {
              "description": "one that is forbidden", "principal": { "type": "User", "id": "ann" }, "action": { "type": "Action", "id": "pay" }, "resource": { "type": "Invoice", "id": "1" },
              "context": { "amount": -1 }, "decision": "deny", "reason": ["policy1"], "errors": []
            }
          ]
        }
        """;

    public const string Verdicts =
        """
        {
          "policyValidation": { "strict": true, "permissive": true, "perPolicy": { "policy0": { "strict": true, "permissive": true }, "policy1": { "strict": true, "permissive": true } } },
          "entityValidation": { "perEntity": { "User::ann": {}, "Team::billing": {}, "Invoice::1": {} } },
          "requestValidation": [{ "description": "Request 0", "strict": true, "permissive": true }, { "description": "Request 1", "strict": true, "permissive": true }]
        }
        """;

    public SmallCorpus()
    {
        Root = Directory.CreateTempSubdirectory("intentauthz-corpus-").FullName;
        Write("corpus/good.cedar", Policies);
        Write("corpus/good.cedarschema", Schema);
        Write("corpus/good.entities.json", Entities);
        Write("corpus/good.json", Test);
        Write("corpus/good.validation.json", Verdicts);
    }

    public string Root { get; }

    public void Write(string path, string content)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public void Delete(string path) => File.Delete(Path.Combine(Root, path));

    public VerbResult Run(string below = ".") => Verb.Run("cedar", "corpus", Path.Combine(Root, below));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
