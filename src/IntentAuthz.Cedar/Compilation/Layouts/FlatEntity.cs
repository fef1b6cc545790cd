namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>An entity with the blocks that it brings into question in requests of one layout, in one role.</summary>
internal sealed record FlatEntity(ResolvedEntity Entity, FlatBlock[] Blocks);
