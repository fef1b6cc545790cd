using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// The arguments of one call, read once: as JSON for the guard, and beside it what only a host can have supplied. Whatever happens to the
/// kernel's arguments afterwards, the tool gets what is here and was decided on.
/// </summary>
internal sealed class CallArguments
{
    /// <summary>Under this name Semantic Kernel puts the kernel beside the arguments of an <c>AIFunction</c>.</summary>
    private const string KernelEntry = "AIFunctionArguments_Kernel";

    private readonly IReadOnlyDictionary<string, PromptExecutionSettings>? _settings;
    private readonly IServiceProvider? _services;
    private readonly IDictionary<object, object?>? _context;

    private CallArguments(ReadOnlyMemory<byte> json, Dictionary<string, HostValue>? host, KernelArguments given)
    {
        Json = json;
        Host = host;
        _settings = given.ExecutionSettings;
        _services = given.Services;
        _context = given.Context;
    }

    /// <summary>One JSON object, UTF-8.</summary>
    internal ReadOnlyMemory<byte> Json { get; }

    /// <summary>The values that are not JSON, or null.</summary>
    internal IReadOnlyDictionary<string, HostValue>? Host { get; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="tool">The descriptor, or null; the guard will refuse the call then.</param>
    /// <param name="inner">The function that would run.</param>
    /// <param name="given">What Semantic Kernel hands over.</param>
    /// <param name="around">The call within which this one is made, or null.</param>
    internal static CallArguments Read(ToolDescriptor? tool, KernelFunction inner, KernelArguments given, CallScope? around)
    {
        ArrayBufferWriter<byte> buffer = new();
        Dictionary<string, HostValue>? host = null;
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, object? value) in given)
            {
                if (IsForSemanticKernel(name, value) || IsOnlyPassingThrough(tool, inner, name, value, around))
                {
                    continue;
                }

                if (HostValueOf(tool, inner, name, value, out ReadOnlyMemory<byte>? json) is { } supplied)
                {
                    (host ??= new Dictionary<string, HostValue>(StringComparer.Ordinal)).Add(name, supplied);
                }
                else
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, tool, name, value, json);
                }
            }

            writer.WriteEndObject();
        }

        return new CallArguments(buffer.WrittenMemory, host, given);
    }

    /// <summary>New arguments for the tool: the decided ones, the host's, and the invocation where the function asks for it.</summary>
    internal KernelArguments Decided(KernelFunction inner, ToolInvocation invocation)
    {
        KernelArguments decided = new() { ExecutionSettings = _settings, Services = _services, Context = _context };
        if (inner.UnderlyingMethod is null)
        {
            // An AIFunction that became a kernel function has no parameters of .NET types, and Semantic Kernel drops the context on the way to it.
            // No model can send an object of this type, and the guard knows no argument of this name.
            decided[typeof(ToolInvocation).FullName!] = invocation;
        }

        foreach (JsonProperty argument in invocation.Arguments.EnumerateObject())
        {
            // Add, not set: names that differ only by case would be one to Semantic Kernel, so that the tool would not get what was decided.
            decided.Add(argument.Name, argument.Value.ValueKind == JsonValueKind.String ? argument.Value.GetString() : argument.Value);
        }

        foreach ((string name, HostValue value) in invocation.HostArguments ?? new Dictionary<string, HostValue>())
        {
            decided.Add(name, value.Value);
        }

        foreach (KernelParameterMetadata parameter in inner.Metadata.Parameters)
        {
            if (parameter.ParameterType == typeof(ToolInvocation))
            {
                decided[parameter.Name] = invocation;
            }
        }

        return decided;
    }

    private static bool IsForSemanticKernel(string name, object? value) =>
        value is Kernel && string.Equals(name, KernelEntry, StringComparison.Ordinal);

    /// <summary>
    /// A prompt template hands all of its own arguments to each function it calls. Those that the function does not know, not even in
    /// another spelling, and that are the parent's own decided values, are no part of the call.
    /// </summary>
    private static bool IsOnlyPassingThrough(ToolDescriptor? tool, KernelFunction inner, string name, object? value, CallScope? around) =>
        around is not null
        && around.Arguments.TryGetValue(name, out object? parents)
        && ReferenceEquals(parents, value)
        && tool is { AcceptsUndeclaredArguments: false }
        && !tool.Arguments.Keys.Contains(name, StringComparer.OrdinalIgnoreCase)
        && !inner.Metadata.Parameters.Any(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The value as one of the host's, or null when it goes to the guard as JSON. A model can only send JSON, so JSON under a host-only name
    /// stays JSON and the guard refuses it; the host says by <see cref="HostValue"/> that such a value is its own.
    /// </summary>
    private static HostValue? HostValueOf(ToolDescriptor? tool, KernelFunction inner, string name, object? value, out ReadOnlyMemory<byte>? json)
    {
        json = null;
        if (value is HostValue own)
        {
            return own;
        }

        if (value is null or string or JsonElement)
        {
            return null;
        }

        bool isHostOnly = tool is not null && tool.Arguments.TryGetValue(name, out ArgumentDescriptor? declared) && declared.IsHostOnly;
        if (isHostOnly && value is not (IConvertible or JsonNode or JsonDocument))
        {
            return new HostValue(value);
        }

        json = Serialize(value, JsonForm.ForArguments(inner));
        return json is null ? new HostValue(value) : null;
    }

    /// <summary>The value as JSON, or null when it has no JSON form.</summary>
    private static ReadOnlyMemory<byte>? Serialize(object value, JsonSerializerOptions options)
    {
        if (value is Stream or Delegate or Task or Kernel or IServiceProvider or CancellationToken)
        {
            return null; // their public properties could be written, but are not what they are
        }

        try
        {
            return JsonForm.Write(value, options);
        }
        catch (Exception)
        {
            // Whatever a type, a converter or a property throws, the value is no JSON. The guard refuses it unless it is declared host-only.
            return null;
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, ToolDescriptor? tool, string name, object? value, ReadOnlyMemory<byte>? json)
    {
        switch (value)
        {
            case null:
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                writer.WriteNullValue();
                break;
            case string text when tool is not null && IsJsonOf(SchemaTypes.OfArgument(tool, name), text):
                // Several connectors hand every argument over as text. As text it fits the schema only once it is read, and the tool
                // gets it as it was read here.
                writer.WriteRawValue(text);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case JsonElement element:
                // As it was written, so that the guard sees repeated names and every digit.
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
                break;
            default:
                writer.WriteRawValue(json!.Value.Span, skipInputValidation: true);
                break;
        }
    }

    /// <summary>Whether the text is one JSON value of the type that the schema asks for, when that is another than text.</summary>
    private static bool IsJsonOf(string? type, string text)
    {
        try
        {
            Utf8JsonReader reader = new(System.Text.Encoding.UTF8.GetBytes(text));
            bool fits = type is not (null or SchemaTypes.Text) && reader.Read() && reader.TokenType switch
            {
                JsonTokenType.Number => type is SchemaTypes.Integer or SchemaTypes.Number,
                JsonTokenType.True or JsonTokenType.False => type is SchemaTypes.Boolean,
                JsonTokenType.StartArray => type is SchemaTypes.Array,
                JsonTokenType.StartObject => type is SchemaTypes.Object,
                _ => false,
            };
            if (fits)
            {
                reader.Skip();
            }

            return fits && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
