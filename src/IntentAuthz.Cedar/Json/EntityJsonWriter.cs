using System.Text.Json;

namespace IntentAuthz.Cedar.Json;

/// <summary>Writes entities in the form that <see cref="EntityJsonReader"/> reads, ordered by identity so that equal stores give equal text.</summary>
internal static class EntityJsonWriter
{
    public static void Write(Utf8JsonWriter writer, IEnumerable<Entity> entities)
    {
        writer.WriteStartArray();
        foreach (var entity in entities.OrderBy(entity => entity.Uid.Type, StringComparer.Ordinal).ThenBy(entity => entity.Uid.Id, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("uid");
            ValueJsonWriter.WriteTypeAndId(writer, entity.Uid);
            writer.WritePropertyName("attrs");
            ValueJsonWriter.WriteRecord(writer, entity.Attributes);
            writer.WriteStartArray("parents");
            foreach (var parent in entity.ParentArray)
            {
                ValueJsonWriter.WriteTypeAndId(writer, parent);
            }

            writer.WriteEndArray();
            if (entity.Tags.Count > 0)
            {
                writer.WritePropertyName("tags");
                ValueJsonWriter.WriteRecord(writer, entity.Tags);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
