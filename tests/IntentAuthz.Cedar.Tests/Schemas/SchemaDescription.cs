using System.Text;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Tests.Schemas;

/// <summary>What a schema means, as text: two schemas with the same description decide the same.</summary>
internal static class SchemaDescription
{
    public static string Of(Schema schema)
    {
        var text = new StringBuilder();
        foreach (var (name, type) in schema.Content.EntityTypes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append($"{name} below [{string.Join(", ", type.Ancestors.Order(StringComparer.Ordinal))}] ");
            text.Append(type.IsEnum ? $"enum [{string.Join(", ", type.EnumIds.Select(CedarText.Quote))}]" : Of(type.Attributes));
            text.Append($" tags {(type.Tags is null ? "none" : Of(type.Tags))}\n");
        }

        foreach (var (uid, action) in schema.Content.Actions.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal))
        {
            text.Append($"{uid} in [{string.Join(", ", action.Ancestors.Select(group => group.ToString()).Order(StringComparer.Ordinal))}] ");
            // An action without principals or resources applies to nothing, whatever else it says.
            text.Append(action.Principals.IsEmpty || action.Resources.IsEmpty
                ? "applies to nothing\n"
                : $"[{string.Join(", ", action.Principals.Order(StringComparer.Ordinal))}] on [{string.Join(", ", action.Resources.Order(StringComparer.Ordinal))}] with {Of(action.Context)}\n");
        }

        return text.ToString();
    }

    private static string Of(CedarType type) => type switch
    {
        SetType set => $"Set<{Of(set.Element)}>",
        RecordType record => $"{{{string.Join(", ", Enumerable.Range(0, record.Count).Select(i => $"{CedarText.Quote(record.Names[i])}{(record.Attributes[i].IsRequired ? "" : "?")}: {Of(record.Attributes[i].Type)}"))}}}",
        EntityReferenceType entity => $"entity {string.Join("|", entity.Names)}",
        _ => type.ToString(),
    };
}
