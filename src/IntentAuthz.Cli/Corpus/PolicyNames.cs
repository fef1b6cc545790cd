using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Which policy a test means.</summary>
internal static class PolicyNames
{
    /// <summary>
    /// The id of the policy that a test calls by a name: its id (<c>policy0</c>, … in the order of the text) or, as programs that load
    /// policies often do, the value of its annotation <c>@id</c>. A name of no policy stands for itself, and will not be found.
    /// </summary>
    public static string IdOf(string name, PolicySet policies)
    {
        if (policies.Find(name) is not null || policies.FindTemplate(name) is not null)
        {
            return name;
        }

        var annotated = policies.Policies.Where(policy => policy.FindAnnotation("id")?.Value == name).Take(2).ToList();
        return annotated.Count == 1 ? annotated[0].Id : name;
    }
}
