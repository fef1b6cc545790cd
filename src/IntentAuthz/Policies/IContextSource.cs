using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Builds the members of <c>context</c> when they are asked for.</summary>
internal interface IContextSource
{
    /// <summary>The member, or null when this kind of request has none. Exactly one flag is given.</summary>
    CedarRecord? Build(ContextParts part);
}
