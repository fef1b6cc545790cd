using System.Globalization;
using System.Text.Json;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>Begins tool descriptors from what Semantic Kernel knows of a function.</summary>
public static class KernelToolDescriptor
{
    /// <summary>
    /// Begins the descriptor of a function: its name is <c>Plugin.Function</c> (<c>Function</c> alone when it is in no plugin), its input
    /// schema is the function's own, which types what policy sees and closes the set of argument names. Default values that JSON can hold are
    /// declared, so that policy sees them when the call leaves the argument out; a later <see cref="ToolDescriptorBuilder.Argument"/> for the
    /// same name replaces that, and repeats the default if it is to stay. Parameters of type <see cref="ToolInvocation"/> are left out.
    /// </summary>
    /// <param name="function">The function, as it is in its plugin.</param>
    /// <returns>A builder for what a function does not say: risk, roles, resource, labels.</returns>
    public static ToolDescriptorBuilder For(KernelFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        IReadOnlyList<KernelParameterMetadata> parameters = FunctionNames.ForModel(function);
        ToolDescriptorBuilder builder = ToolDescriptor.For(FunctionNames.ToolOf(function)).InputSchema(SchemaOf(parameters));
        foreach (KernelParameterMetadata parameter in parameters)
        {
            if (DefaultOf(parameter) is { } json)
            {
                builder.Argument(parameter.Name, ArgumentRole.Target, defaultJson: json);
            }
        }

        return builder;
    }

    private static JsonElement SchemaOf(IReadOnlyList<KernelParameterMetadata> parameters)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "object");
            writer.WriteStartObject("properties");
            foreach (KernelParameterMetadata parameter in parameters)
            {
                writer.WritePropertyName(parameter.Name);
                if (parameter.Schema is { } schema)
                {
                    schema.RootElement.WriteTo(writer);
                }
                else
                {
                    writer.WriteStartObject();
                    writer.WriteEndObject();
                }
            }

            writer.WriteEndObject();
            writer.WriteStartArray("required");
            foreach (KernelParameterMetadata parameter in parameters.Where(static p => p.IsRequired))
            {
                writer.WriteStringValue(parameter.Name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.ToArray());
    }

    /// <summary>The default as JSON. Semantic Kernel keeps a method's as text, which the schema's type tells how to read; what cannot be read stays undeclared.</summary>
    private static string? DefaultOf(KernelParameterMetadata parameter)
    {
        if (parameter.DefaultValue is JsonElement json)
        {
            return json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : json.GetRawText();
        }

        if (parameter.DefaultValue is not string text || parameter.Schema is not { } schema)
        {
            return null;
        }

        return SchemaTypes.Of(schema.RootElement) switch
        {
            SchemaTypes.Text => $"\"{JsonEncodedText.Encode(text)}\"",
            SchemaTypes.Boolean when bool.TryParse(text, out bool value) => value ? "true" : "false",
            SchemaTypes.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                => value.ToString(CultureInfo.InvariantCulture),
            SchemaTypes.Number when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
                => value.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
    }
}
