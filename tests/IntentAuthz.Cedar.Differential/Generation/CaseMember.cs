using System.Text.Json;

namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>A name and a value in JSON: of an attribute, a tag, a part of the context.</summary>
internal readonly record struct CaseMember(string Name, string Json)
{
    public static string Object(IEnumerable<CaseMember> members) =>
        $"{{{string.Join(",", members.Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Json}"))}}}";
}
