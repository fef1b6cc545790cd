using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Takes a call's arguments, or says why it cannot.</summary>
internal sealed class ArgumentReader(ArgumentLimits limits)
{
    /// <param name="tool">The tool.</param>
    /// <param name="call">The call.</param>
    /// <param name="arguments">The arguments; none when there is a failure.</param>
    /// <param name="facts">What the host derived from them; undefined where the descriptor derives nothing.</param>
    internal IntentFailure? Read(ToolDescriptor tool, ToolCall call, out CallArguments arguments, out JsonElement facts)
    {
        arguments = CallArguments.None;
        facts = default;
        ReadOnlySpan<byte> given = call.ArgumentsUtf8.Span;
        if (given.Length > limits.MaxBytes)
        {
            return new IntentFailure(
                ReasonCodes.InvalidArguments,
                $"The arguments of '{tool.Name}' are {given.Length} bytes, more than the {limits.MaxBytes} allowed; pass large content by reference.");
        }

        // The copy comes first and is what is read: whatever the caller does to its buffer from here on changes nothing.
        // Without what surrounds it, so that white space makes no other call of it, nor one too large for the history.
        byte[] json = (given.IsEmpty ? "{}"u8 : given.Trim(" \t\r\n"u8)).ToArray();

        // Otherwise each reader would put in a replacement of its own, and policy could see another text than the tool.
        if (!Utf8.IsValid(json))
        {
            return new IntentFailure(ReasonCodes.InvalidArguments, $"The arguments of '{tool.Name}' are not UTF-8.");
        }

        // What was given is judged as it stands, before anything is taken out of it: a repeated name is one also where a null would go.
        ArgumentConverter converter = new(tool, limits.MaxMembers);
        bool isConverted = converter.TryConvert(json, limits.MaxDepth, out CallArguments? converted, out IntentFailure? failure);
        if (!isConverted || failure is not null || converter.SawOtherName)
        {
            // An ordinary call is gone over once. Of any other it is found out first what is wrong with the whole, then with a name.
            if (CheckForm(tool, json) is { } wrong)
            {
                return wrong;
            }

            if (!isConverted)
            {
                throw new InvalidOperationException("Arguments could not be converted, and nothing was found wrong with their form and names.");
            }
        }

        if (failure is null && (converter.SawNull || !HasAllDefaults(tool, converted!)))
        {
            ArgumentConverter again = new(tool, limits.MaxMembers);
            if (!again.TryConvert(Rewrite(tool, converted!.Json), ArgumentConverter.OwnDepth, out converted, out failure))
            {
                throw new InvalidOperationException("Arguments with their defaults filled in are not well-formed.");
            }
        }

        failure ??= Derive(tool, ref converted!, out facts);
        arguments = failure is null ? converted! : CallArguments.None;
        return failure;
    }

    /// <summary>Adds what the host derives from the arguments to what policies see of them.</summary>
    private IntentFailure? Derive(ToolDescriptor tool, ref CallArguments arguments, out JsonElement facts)
    {
        facts = default;
        if (tool.Derive is not { } derive)
        {
            return null;
        }

        try
        {
            facts = derive(arguments.Json);
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
        foreach ((string name, CedarValue value) in arguments.Input.Concat(derived!))
        {
            all.Add(name, value);
        }

        arguments = arguments.With(all.Build());
        return null;
    }

    /// <summary>Whether they are one JSON object, of the depth allowed and of names that the tool has. What is wrong with the whole is said before what is wrong with a name.</summary>
    private IntentFailure? CheckForm(ToolDescriptor tool, byte[] json)
    {
        IntentFailure? failure = null;
        HashSet<string>? undeclared = null;
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = limits.MaxDepth });
            reader.Read();
            bool isObject = reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (isObject && failure is null && reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    failure = CheckName(tool, reader, ref undeclared);
                }
            }

            return isObject ? failure : new IntentFailure(ReasonCodes.InvalidArguments, $"The arguments of '{tool.Name}' are not one JSON object.");
        }
        catch (JsonException e)
        {
            return new IntentFailure(
                ReasonCodes.InvalidArguments,
                $"The arguments of '{tool.Name}' are not one JSON object of at most {limits.MaxDepth} levels (near byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}).");
        }
    }

    private static IntentFailure? CheckName(ToolDescriptor tool, in Utf8JsonReader member, ref HashSet<string>? undeclared)
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

        if (known?.Declared is { IsHostOnly: true })
        {
            return new IntentFailure(ReasonCodes.HostOnlyArgument, $"The argument '{name}' of '{tool.Name}' is supplied by the host; a call cannot name it.");
        }

        return known is not null || (tool.AcceptsUndeclaredArguments && IsUnmistakable(tool, name, ref undeclared))
            ? null
            : new IntentFailure(
                ReasonCodes.UnknownArgument,
                $"The tool '{tool.Name}' has no argument of the name given{Nearest.Hint(name, tool.Input.Names.Concat(tool.Arguments.Keys))} Names are case-sensitive.");
    }

    private static bool HasAllDefaults(ToolDescriptor tool, CallArguments arguments)
    {
        foreach (ArgumentDescriptor argument in tool.ArgumentsWithDefaults)
        {
            if (!arguments.Has(argument.Name))
            {
                return false;
            }
        }

        return true;
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
    private static byte[] Rewrite(ToolDescriptor tool, JsonElement root)
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

        return buffer.WrittenSpan.ToArray();
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
