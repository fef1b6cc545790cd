namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>A schema, as generated.</summary>
internal sealed record GSchema(IReadOnlyList<GEntityType> EntityTypes, IReadOnlyList<GAction> Actions, string Text);

/// <param name="Name">With its namespace.</param>
/// <param name="Parents">The types it may be directly in.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Tags">The type of tags, or null.</param>
/// <param name="EnumIds">The ids, if it is an enumeration.</param>
internal sealed record GEntityType(string Name, IReadOnlyList<string> Parents, GType.Record Attributes, GType? Tags, IReadOnlyList<string>? EnumIds);

/// <param name="Type">Such as <c>N::Action</c>.</param>
/// <param name="Id">The id.</param>
/// <param name="Principals">Empty for a group.</param>
/// <param name="Resources">Empty for a group.</param>
/// <param name="Context">The context.</param>
/// <param name="Groups">The actions it is directly in.</param>
internal sealed record GAction(string Type, string Id, IReadOnlyList<string> Principals, IReadOnlyList<string> Resources, GType.Record Context, IReadOnlyList<GAction> Groups)
{
    public string Uid => $"{Type}::{CedarText.Quote(Id)}";
}
