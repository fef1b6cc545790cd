using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Takes the snapshot of a call's arguments, or says why it cannot.</summary>
internal sealed class ArgumentReader(ArgumentLimits limits)
{
    internal IntentFailure? Read(ToolDescriptor tool, ToolCall call, out ArgumentSnapshot snapshot)
    {
        snapshot = default;
        ReadOnlySpan<byte> given = call.ArgumentsUtf8.Span;
        if (given.Length > limits.MaxBytes)
        {
            return new IntentFailure(
                ReasonCodes.InvalidArguments,
                $"The arguments of '{tool.Name}' are {given.Length} bytes, more than the {limits.MaxBytes} allowed; pass large content by reference.");
        }

        JsonElement root;
        try
        {
            // It copies first and reads the copy, which is the snapshot: whatever the caller does to its buffer from here on changes nothing.
            root = JsonElement.Parse(given.IsEmpty ? "{}"u8 : given, new JsonDocumentOptions { MaxDepth = limits.MaxDepth });
        }
        catch (JsonException e)
        {
            return !Utf8.IsValid(given) ? NotUtf8(tool) : new IntentFailure(
                ReasonCodes.InvalidArguments,
                $"The arguments of '{tool.Name}' are not one JSON object of at most {limits.MaxDepth} levels (near byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}).");
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return NotAnObject(tool);
        }

        if (!Utf8.IsValid(JsonMarshal.GetRawUtf8Value(root)))
        {
            return NotUtf8(tool);
        }

        IntentFailure? failure = CheckNames(tool, root, out bool needsRewrite);
        if (failure is not null)
        {
            return failure;
        }

        // What was given is judged as it stands, before anything is taken out of it: a repeated name is one also where a null would go.
        failure = new ArgumentConverter(tool, limits.MaxMembers).Convert(root, out CedarRecord? input, out bool sawNull);
        if (failure is not null)
        {
            return failure;
        }

        if (!needsRewrite && !sawNull)
        {
            return Take(tool, root, input!, out snapshot);
        }

        JsonElement rewritten = Rewrite(tool, root);
        failure = new ArgumentConverter(tool, limits.MaxMembers).Convert(rewritten, out CedarRecord? converted, out _);
        return failure ?? Take(tool, rewritten, converted!, out snapshot);
    }

    /// <summary>Adds what the host derives from the arguments to what policies see of them.</summary>
    private IntentFailure? Take(ToolDescriptor tool, JsonElement json, CedarRecord input, out ArgumentSnapshot snapshot)
    {
        snapshot = default;
        JsonElement facts = default;
        if (tool.Derive is { } derive)
        {
            try
            {
                facts = derive(json);
            }
            catch (Exception e)
            {
                return new IntentFailure(
                    ReasonCodes.DerivedInputFailed, $"What '{tool.Name}' derives from its arguments could not be found out ({e.GetType().Name}); see the tool's descriptor.");
            }

            if (new ArgumentConverter(tool, limits.MaxMembers).ConvertDerived(facts, tool.Derived!, out CedarRecord? derived) is { } failure)
            {
                return failure;
            }

            CedarRecord.Builder all = new();
            foreach ((string name, CedarValue value) in input.Concat(derived!))
            {
                all.Add(name, value);
            }

            input = all.Build();
        }

        snapshot = new ArgumentSnapshot(json, input) { Facts = facts };
        return null;
    }

    /// <summary>Otherwise each reader would put in a replacement of its own, and policy could see another text than the tool.</summary>
    private static IntentFailure NotUtf8(ToolDescriptor tool) =>
        new(ReasonCodes.InvalidArguments, $"The arguments of '{tool.Name}' are not UTF-8.");

    private static IntentFailure NotAnObject(ToolDescriptor tool) =>
        new(ReasonCodes.InvalidArguments, $"The arguments of '{tool.Name}' are not one JSON object.");

    private static IntentFailure? CheckNames(ToolDescriptor tool, JsonElement root, out bool needsRewrite)
    {
        needsRewrite = false;
        HashSet<string>? undeclared = null;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            string name;
            KnownArgument? known;
            try
            {
                known = tool.KnownArguments.Find(member, out name);
            }
            catch (InvalidOperationException)
            {
                return new IntentFailure(ReasonCodes.UnknownArgument, $"An argument name of '{tool.Name}' is not valid Unicode.");
            }

            if (known?.Declared is { } declared)
            {
                if (declared.IsHostOnly)
                {
                    return new IntentFailure(
                        ReasonCodes.HostOnlyArgument, $"The argument '{name}' of '{tool.Name}' is supplied by the host; a call cannot name it.");
                }
            }
            else if (known is null && !(tool.AcceptsUndeclaredArguments && IsUnmistakable(tool, name, ref undeclared)))
            {
                return new IntentFailure(
                    ReasonCodes.UnknownArgument,
                    $"The tool '{tool.Name}' has no argument of the name given{Nearest.Hint(name, tool.Input.Names.Concat(tool.Arguments.Keys))} Names are case-sensitive.");
            }
        }

        foreach (ArgumentDescriptor argument in tool.ArgumentsWithDefaults)
        {
            needsRewrite |= !root.TryGetProperty(argument.Name, out JsonElement value) || value.ValueKind == JsonValueKind.Null;
        }

        return null;
    }

    /// <summary>Whether an undeclared name can be mistaken neither for a declared one nor for another of the same call.</summary>
    private static bool IsUnmistakable(ToolDescriptor tool, string name, ref HashSet<string>? undeclared)
    {
        // Letters of other scripts have too many doubles to tell (see decision 0030); whoever needs such a name declares it.
        if (tool.Input.IsClosed || !Identifier.IsValid(name) || !Ascii.IsValid(name))
        {
            return false;
        }

        undeclared ??= [.. tool.Arguments.Keys.Concat(tool.Input.Names).Concat(tool.Derived?.Names ?? []).Select(LookAlike.Skeleton)];
        return undeclared.Add(LookAlike.Skeleton(name));
    }

    /// <summary>The same object with nulls taken out at every depth and defaults filled in.</summary>
    private static JsonElement Rewrite(ToolDescriptor tool, JsonElement root)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(buffer))
        {
            writer.WriteStartObject();
            WriteMembers(writer, root);
            foreach (ArgumentDescriptor argument in tool.ArgumentsWithDefaults)
            {
                if (!root.TryGetProperty(argument.Name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
                {
                    writer.WritePropertyName(argument.Name);
                    WriteWithoutNulls(writer, argument.Default!.Value);
                }
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void WriteWithoutNulls(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                WriteMembers(writer, value);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteWithoutNulls(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement value)
    {
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member.Name);
                WriteWithoutNulls(writer, member.Value);
            }
        }
    }
}
