namespace IntentAuthz.Cedar;

/// <summary>
/// A change under which the request would have been let through. It was tried: every layer accepts <see cref="Request"/> with
/// <see cref="Entities"/>, except those that a change sets aside. Immutable.
/// </summary>
public sealed class SuggestedChange
{
    internal SuggestedChange(IReadOnlyList<RequestChange> changes, CedarRequest request, IEntityProvider entities)
    {
        Changes = changes;
        Request = request;
        Entities = entities;
        Sentence = string.Join(" and ", changes.Select(static change => change.Sentence));
    }

    /// <summary>What has to differ, all of it together.</summary>
    public IReadOnlyList<RequestChange> Changes { get; }

    /// <summary>The changes as the end of a sentence that begins with "if".</summary>
    public string Sentence { get; }

    /// <summary>The request as it was tried.</summary>
    public CedarRequest Request { get; }

    /// <summary>The entities as they were tried. Used by as many threads at a time as the provider below them.</summary>
    public IEntityProvider Entities { get; }

    /// <summary>The sentence.</summary>
    public override string ToString() => Sentence;
}
