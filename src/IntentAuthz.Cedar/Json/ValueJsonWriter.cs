using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Json;

/// <summary>Writes values so that they are read back as they were, without a schema: entities and extension values escaped.</summary>
internal static class ValueJsonWriter
{
    public static void Write(Utf8JsonWriter writer, CedarValue value)
    {
        switch (value)
        {
            case CedarBool b:
                writer.WriteBooleanValue(b.Value);
                break;
            case CedarLong n:
                writer.WriteNumberValue(n.Value);
                break;
            case CedarString s:
                writer.WriteStringValue(s.Value);
                break;
            case CedarEntity entity:
                WriteEntity(writer, entity.Uid);
                break;
            case CedarSet set:
                writer.WriteStartArray();
                foreach (var item in set.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case CedarRecord record:
                WriteRecord(writer, record);
                break;
            case CedarDecimal number:
                WriteCall(writer, "decimal", DecimalFormat.Format(number.Value));
                break;
            case CedarIpAddress address:
                WriteCall(writer, "ip", IpFormat.Format(address));
                break;
            case CedarDatetime datetime:
                WriteDatetime(writer, datetime);
                break;
            case CedarDuration duration:
                WriteCall(writer, "duration", string.Create(CultureInfo.InvariantCulture, $"{duration.Milliseconds}ms"));
                break;
            default:
                throw new InvalidOperationException($"Unknown value {value.GetType().Name}.");
        }
    }

    public static void WriteRecord(Utf8JsonWriter writer, CedarRecord record)
    {
        writer.WriteStartObject();
        for (var i = 0; i < record.Count; i++)
        {
            var name = record.Names[i];
            if (name is "__entity" or "__extn" or "__expr")
            {
                throw new InvalidOperationException($"A record with an attribute `{name}` has no JSON form: the name marks an escape there. Rename the attribute.");
            }

            writer.WritePropertyName(name);
            Write(writer, record.Items[i]);
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes <c>{"__entity": {"type": …, "id": …}}</c>.</summary>
    public static void WriteEntity(Utf8JsonWriter writer, EntityUid uid)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("__entity");
        WriteTypeAndId(writer, uid);
        writer.WriteEndObject();
    }

    /// <summary>Writes <c>{"type": …, "id": …}</c>, for places where nothing but an entity can stand.</summary>
    public static void WriteTypeAndId(Utf8JsonWriter writer, EntityUid uid)
    {
        writer.WriteStartObject();
        writer.WriteString("type", uid.Type);
        writer.WriteString("id", uid.Id);
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, string function, string argument)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("__extn");
        writer.WriteString("fn", function);
        writer.WriteString("arg", argument);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteDatetime(Utf8JsonWriter writer, CedarDatetime datetime)
    {
        if (DatetimeFormat.Format(datetime.UnixMilliseconds) is { } text)
        {
            WriteCall(writer, "datetime", text);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartObject("__extn");
        writer.WriteString("fn", "offset");
        writer.WriteStartArray("args");
        WriteCall(writer, "datetime", "1970-01-01");
        Write(writer, new CedarDuration(datetime.UnixMilliseconds));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
