namespace IntentAuthz.Cedar.Json;

/// <summary>The shapes of the attributes (a record) and of every tag of an entity type; null where nothing is known.</summary>
internal sealed record EntityShape(ValueShape? Attributes, ValueShape? Tag);
