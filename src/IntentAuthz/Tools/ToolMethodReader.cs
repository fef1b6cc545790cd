using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Reads a descriptor from a method's attributes. Types that JSON has a word for are taken into the input schema; others stay untyped.</summary>
internal static class ToolMethodReader
{
    internal static ToolDescriptorBuilder Read(MethodInfo method)
    {
        ToolAttribute tool = method.GetCustomAttribute<ToolAttribute>()
            ?? throw new ArgumentException(
                $"The method {method.DeclaringType?.Name}.{method.Name} carries no [Tool(\"name\")]; add it, or describe the tool with ToolDescriptor.For(...).",
                nameof(method));

        ToolDescriptorBuilder builder = ToolDescriptor.For(tool.Name)
            .InActionGroups(tool.ActionGroups)
            .Risk(tool.Risk)
            .ResultLabel(tool.ResultIntegrity, tool.ResultConfidentiality)
            .InputSchema(SchemaOf(method));
        if (tool.Action is not null)
        {
            builder.Action(tool.Action);
        }

        if (tool.Credential is not null)
        {
            builder.NeedsCredential(tool.Credential);
        }

        if (tool.Containment is not null)
        {
            builder.NeedsContainment(tool.Containment);
        }

        if (tool.Idempotent)
        {
            builder.Idempotent();
        }

        foreach (ParameterInfo parameter in method.GetParameters())
        {
            ReadParameter(builder, parameter);
        }

        return builder;
    }

    private static void ReadParameter(ToolDescriptorBuilder builder, ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<HostOnlyAttribute>() is not null)
        {
            builder.HostOnlyArgument(parameter.Name!);
        }
        else if (!IsSupplied(parameter))
        {
            ArgumentAttribute? argument = parameter.GetCustomAttribute<ArgumentAttribute>();
            string? defaultJson = DefaultOf(parameter);
            if (argument is not null || defaultJson is not null)
            {
                builder.Argument(parameter.Name!, argument?.Role ?? ArgumentRole.Target, argument?.MapToString ?? false, defaultJson);
            }

            if (argument is { ShowInAudit: not 0 })
            {
                builder.ShowInAudit(parameter.Name!, argument.ShowInAudit);
            }

            if (argument?.ResourceType is { } resourceType)
            {
                builder.Resource(resourceType, parameter.Name!);
            }
        }
    }

    /// <summary>
    /// The parameter's default as JSON, so that policy judges the value the method would run with. Null for those without one, and for
    /// enums, whose JSON form is the tool's own choice.
    /// </summary>
    private static string? DefaultOf(ParameterInfo parameter)
    {
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return !parameter.HasDefaultValue || type.IsEnum
            ? null
            : parameter.DefaultValue switch
            {
                bool value => value ? "true" : "false",
                string value => $"\"{JsonEncodedText.Encode(value)}\"",
                sbyte or byte or short or ushort or int or uint or long or ulong or decimal =>
                    ((IFormattable)parameter.DefaultValue).ToString(null, CultureInfo.InvariantCulture),
                double value when double.IsFinite(value) => value.ToString("R", CultureInfo.InvariantCulture),
                float value when float.IsFinite(value) => value.ToString("R", CultureInfo.InvariantCulture),
                _ => null,
            };
    }

    private static JsonElement SchemaOf(MethodInfo method)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "object");
            writer.WriteStartObject("properties");
            List<string> required = [];
            foreach (ParameterInfo parameter in method.GetParameters().Where(static p => !IsSupplied(p)))
            {
                writer.WriteStartObject(parameter.Name!);
                WriteType(writer, parameter.ParameterType);
                writer.WriteEndObject();
                if (!parameter.IsOptional)
                {
                    required.Add(parameter.Name!);
                }
            }

            writer.WriteEndObject();
            writer.WriteStartArray("required");
            required.ForEach(writer.WriteStringValue);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    /// <summary>Whether the framework or the host, not the model, supplies the parameter.</summary>
    private static bool IsSupplied(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(CancellationToken)
        || parameter.ParameterType == typeof(ToolInvocation)
        || parameter.GetCustomAttribute<HostOnlyAttribute>() is not null;

    private static void WriteType(Utf8JsonWriter writer, Type type)
    {
        bool isNullable = Nullable.GetUnderlyingType(type) is not null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (JsonName(type) is { } name)
        {
            if (isNullable)
            {
                writer.WriteStartArray("type"); // null may stand for it, so that it is not required
                writer.WriteStringValue(name);
                writer.WriteStringValue("null");
                writer.WriteEndArray();
            }
            else
            {
                writer.WriteString("type", name);
            }

            return;
        }

        Type? element = type.IsArray ? type.GetElementType()
            : type.IsGenericType && type.GetGenericTypeDefinition() is { } open
                && (open == typeof(List<>) || open == typeof(IReadOnlyList<>) || open == typeof(IEnumerable<>) || open == typeof(IList<>))
                ? type.GetGenericArguments()[0]
                : null;
        if (element is not null)
        {
            writer.WriteString("type", "array");
            writer.WriteStartObject("items");
            WriteType(writer, element);
            writer.WriteEndObject();
        }
    }

    private static string? JsonName(Type type)
    {
        if (type.IsEnum)
        {
            return null; // a number or a name, by the tool's own serializer settings
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "boolean",
            TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32
                or TypeCode.Int64 or TypeCode.UInt64 => "integer",
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "number",
            TypeCode.Char or TypeCode.String or TypeCode.DateTime => "string",
            _ when type == typeof(Guid) || type == typeof(Uri) || type == typeof(DateTimeOffset) || type == typeof(DateOnly)
                || type == typeof(TimeOnly) || type == typeof(TimeSpan) => "string",
            _ => null,
        };
    }
}
