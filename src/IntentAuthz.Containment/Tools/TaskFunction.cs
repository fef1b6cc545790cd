using System.Buffers;
using System.Text.Json;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Containment;

/// <summary>A ready tool bound to a task: every call of it goes through the guard.</summary>
internal sealed class TaskFunction(Guard guard, AgentTask task, string toolName, CodeTool inner) : AIFunction
{
    public override string Name => inner.Name;

    public override string Description => inner.Description;

    public override JsonElement JsonSchema => inner.JsonSchema;

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ToolCall call = new(toolName, ToJson(arguments));
        GuardResult result = await guard.InvokeAsync(task, call, inner.RunAsync, cancellationToken).ConfigureAwait(false);
        return result.ModelText;
    }

    private static ReadOnlyMemory<byte> ToJson(AIFunctionArguments arguments)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in arguments)
            {
                writer.WritePropertyName(name);
                switch (value)
                {
                    case JsonElement { ValueKind: not JsonValueKind.Undefined } json:
                        writer.WriteRawValue(json.GetRawText()); // as the model wrote it, repeated names and all
                        break;
                    case string text:
                        writer.WriteStringValue(text);
                        break;
                    case bool yes:
                        writer.WriteBooleanValue(yes);
                        break;
                    case int or long:
                        writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                    default:
                        writer.WriteNullValue(); // what is no argument of these tools is missing then, and the guard says so
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
