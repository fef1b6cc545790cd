using IntentAuthz.Cedar.Differential.Generation;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>Makes a case smaller for as long as a disagreement of the same kind remains.</summary>
internal static class CaseShrinker
{
    private const int MaxTried = 3_000;

    // So many are tried at once, so that neither side waits for the other.
    private const int AtOnce = 16;

    public static async Task<DifferentialCase> ShrinkAsync(DifferentialCase @case, Func<DifferentialCase, Task<bool>> stillDiffers)
    {
        var tried = 0;
        while (tried < MaxTried)
        {
            DifferentialCase? smallest = null;
            foreach (var some in Smaller(@case).Chunk(AtOnce))
            {
                tried += some.Length;
                var differs = await Task.WhenAll(some.Select(stillDiffers));
                if (Array.IndexOf(differs, true) is var first and >= 0)
                {
                    smallest = some[first];
                    break;
                }
            }

            if (smallest is null)
            {
                break;
            }

            @case = smallest;
        }

        return @case;
    }

    private static IEnumerable<DifferentialCase> Smaller(DifferentialCase @case) =>
    [
        .. Without(@case.Schema.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(lines => @case with { Schema = string.Join('\n', lines) }),
        .. Without(@case.Requests).Select(requests => @case with { Requests = requests }),
        .. Without(@case.Policies).Select(policies => @case with { Policies = policies }),
        .. Without(@case.Links).Select(links => @case with { Links = links }),
        .. Without(@case.Entities).Select(entities => @case with { Entities = entities }),
        .. Changed(@case.Policies, Smaller).Select(policies => @case with { Policies = policies }),
        .. Changed(@case.Entities, Smaller).Select(entities => @case with { Entities = entities }),
        .. Changed(@case.Requests, request => Without(request.Context).Select(context => request with { Context = context })).Select(requests => @case with { Requests = requests }),
    ];

    private static IEnumerable<CasePolicy> Smaller(CasePolicy policy)
    {
        foreach (var conditions in Without(policy.Conditions))
        {
            yield return policy with { Conditions = conditions };
        }

        if (policy.AsJson)
        {
            yield return policy with { AsJson = false };
        }

        foreach (var head in (string[])["permit(principal, action, resource)", "permit(principal == ?principal, action, resource)"])
        {
            if (policy.Head.Length > head.Length)
            {
                yield return policy with { Head = head };
            }
        }

        foreach (var conditions in Changed(policy.Conditions, condition => Smaller(condition.Body).Select(body => condition with { Body = body })))
        {
            yield return policy with { Conditions = conditions };
        }
    }

    private static IEnumerable<CaseEntity> Smaller(CaseEntity entity) =>
    [
        .. Without(entity.Attributes).Select(attributes => entity with { Attributes = attributes }),
        .. Without(entity.Parents).Select(parents => entity with { Parents = parents }),
        .. Without(entity.Tags).Select(tags => entity with { Tags = tags }),
    ];

    // A part instead of the whole, a literal instead of anything longer, and the same within.
    private static IEnumerable<Term> Smaller(Term term)
    {
        var length = term.ToString().Length;
        foreach (var part in term.Parts)
        {
            yield return part;
        }

        foreach (var literal in (string[])["true", "1", "\"\"", "principal", "[]"])
        {
            if (literal.Length < length)
            {
                yield return literal;
            }
        }

        for (var i = 0; i < term.Parts.Count; i++)
        {
            foreach (var part in Smaller(term.Parts[i]))
            {
                yield return term.With(i, part);
            }
        }
    }

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> items) =>
        Enumerable.Range(0, items.Count).Select(i => (IReadOnlyList<T>)[.. items.Where((_, at) => at != i)]);

    private static IEnumerable<IReadOnlyList<T>> Changed<T>(IReadOnlyList<T> items, Func<T, IEnumerable<T>> smaller) =>
        Enumerable.Range(0, items.Count).SelectMany(i => smaller(items[i]).Select(item => (IReadOnlyList<T>)[.. items.Select((old, at) => at == i ? item : old)]));
}
