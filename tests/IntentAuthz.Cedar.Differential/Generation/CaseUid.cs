using System.Text.Json;

namespace IntentAuthz.Cedar.Differential.Generation;

internal readonly record struct CaseUid(string Type, string Id)
{
    public string Json => $$"""{"type":{{JsonSerializer.Serialize(Type)}},"id":{{JsonSerializer.Serialize(Id)}}}""";

    public EntityUid ToEntityUid() => new(Type, Id);

    public override string ToString() => $"{Type}::{CedarText.Quote(Id)}";
}
