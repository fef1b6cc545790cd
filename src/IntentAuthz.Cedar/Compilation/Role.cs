namespace IntentAuthz.Cedar.Compilation;

/// <summary>The three entities of a request.</summary>
internal enum Role
{
    Principal,
    Action,
    Resource,
}
