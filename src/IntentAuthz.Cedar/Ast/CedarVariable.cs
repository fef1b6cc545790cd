namespace IntentAuthz.Cedar.Ast;

/// <summary>The variables of Cedar.</summary>
internal enum CedarVariable
{
    Principal,
    Action,
    Resource,
    Context,
}
