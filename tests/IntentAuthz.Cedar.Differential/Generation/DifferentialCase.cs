using System.Text;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>One case: a schema, policies, entities and requests.</summary>
internal sealed record DifferentialCase(
    ulong Seed,
    string Schema,
    IReadOnlyList<CasePolicy> Policies,
    IReadOnlyList<CaseLink> Links,
    IReadOnlyList<CaseEntity> Entities,
    IReadOnlyList<CaseRequest> Requests)
{
    public override string ToString()
    {
        var text = new StringBuilder($"seed {Seed}\n--- schema\n{Schema}\n--- policies\n");
        foreach (var policy in Policies)
        {
            text.Append($"{policy.Id}{(policy.AsJson ? " (as JSON)" : "")}: {policy.Text}\n");
        }

        foreach (var link in Links)
        {
            text.Append($"{link.Id}: link of {link.TemplateId} with {link.Principal}, {link.Resource}\n");
        }

        text.Append($"--- entities\n[{string.Join(",\n", Entities.Select(entity => entity.Json))}]\n--- requests\n");
        foreach (var request in Requests)
        {
            text.Append($"{request.Principal}, {request.Action}, {request.Resource}, {CaseMember.Object(request.Context)}\n");
        }

        return text.ToString();
    }
}
