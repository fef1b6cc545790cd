using System.Runtime.InteropServices;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Turns JSON arguments into Cedar values by the tool's schema: <c>integer</c> is Long, <c>number</c> always Decimal, and without a schema
/// integers are Long and other numbers Decimal; strings of the formats that Cedar has types for get those. What Cedar cannot hold exactly is
/// refused, never rounded. Used for one call, where it stands.
/// </summary>
internal struct ArgumentConverter(ToolDescriptor tool, int maxMembers)
{
    private const int MaxShownName = 64;

    private int _members;
    private bool _sawNull;
    private IntentFailure? _failure;

    internal IntentFailure? Convert(JsonElement root, out CedarRecord? input, out bool sawNull)
    {
        MemberBuffer record = new(root.GetPropertyCount());
        NameSet names = default;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            KnownArgument? known = tool.KnownArguments.Find(member, out string name);
            if (IsRepeated(ref names, name, name, ignoreCase: false))
            {
                break;
            }

            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                _sawNull = true;
                continue;
            }

            CedarValue? value = known?.Declared is { MapsToString: true }
                ? AsText(member.Value, name)
                : ToCedar(member.Value, known?.Shape ?? JsonShape.Untyped, name);
            if (value is null)
            {
                break;
            }

            record.Add(name, value);
        }

        if (_failure is null)
        {
            RequireArguments(record);
        }

        sawNull = _sawNull;
        input = _failure is null ? tool.KnownArguments.ToRecord(record) : null;
        return _failure;
    }

    /// <summary>What the host derived from the arguments, by the schema of that.</summary>
    internal IntentFailure? ConvertDerived(JsonElement derived, JsonShape shape, out CedarRecord? record)
    {
        if (derived.ValueKind != JsonValueKind.Object)
        {
            record = null;
            return new IntentFailure(ReasonCodes.DerivedInputFailed, $"What '{tool.Name}' derives from its arguments is not a JSON object.");
        }

        record = Record(derived, shape, "(derived)");
        return _failure is null ? null : new IntentFailure(ReasonCodes.DerivedInputFailed, _failure.Message);
    }

    /// <summary>What the schema requires is there: policies are checked on that promise. Defaults are filled in later, and what the host supplies policy never sees.</summary>
    private void RequireArguments(in MemberBuffer given)
    {
        foreach (string name in tool.Input.Required)
        {
            if (!given.Has(name) && !(tool.DeclaredArguments.TryGetValue(name, out ArgumentDescriptor? declared) && (declared.IsHostOnly || declared.Default is not null)))
            {
                Fail(ReasonCodes.InvalidArguments, name, "nothing, although the tool's schema requires it");
                return;
            }
        }
    }

    private static bool IsPresent(JsonElement value, string name) =>
        value.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null;

    private CedarValue? ToCedar(JsonElement value, JsonShape shape, string argument)
    {
        if (++_members > maxMembers)
        {
            return Fail(ReasonCodes.InvalidArguments, argument, $"more than {maxMembers} values in one call");
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String when shape.Kind is JsonKind.String or JsonKind.Any:
                return Text(value, argument);
            case JsonValueKind.String when shape.Kind is JsonKind.DateTime or JsonKind.Duration or JsonKind.IpAddress or JsonKind.DecimalText:
                return Formatted(value, shape.Kind, argument);
            case JsonValueKind.True or JsonValueKind.False when shape.Kind is JsonKind.Boolean or JsonKind.Any:
                return value.ValueKind == JsonValueKind.True;
            case JsonValueKind.Number when shape.Kind is JsonKind.Integer or JsonKind.Number or JsonKind.Any:
                return Number(value, shape.Kind, argument);
            case JsonValueKind.Array when shape.Kind is JsonKind.Array or JsonKind.Any:
                return Set(value, shape.Items ?? JsonShape.Untyped, argument);
            case JsonValueKind.Object when shape.Kind is JsonKind.Object or JsonKind.Any:
                return Record(value, shape, argument);
            default:
                return Fail(
                    ReasonCodes.InvalidArguments, argument, $"a JSON {value.ValueKind.ToString().ToLowerInvariant()} where the tool's schema says {Describe(shape.Kind)}");
        }
    }

    private CedarString? Text(JsonElement value, string argument)
    {
        try
        {
            return new CedarString(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            Fail(ReasonCodes.UnrepresentableArgument, argument, "a string that is not valid Unicode");
            return null;
        }
    }

    private CedarValue? Formatted(JsonElement value, JsonKind kind, string argument)
    {
        if (Text(value, argument) is not { } text)
        {
            return null;
        }

        CedarValue? converted = kind switch
        {
            JsonKind.DateTime => TextFormats.DateTime(text.Value),
            JsonKind.Duration => TextFormats.Duration(text.Value),
            JsonKind.IpAddress => TextFormats.IpAddress(text.Value),
            _ => TextFormats.Decimal(text.Value),
        };
        return converted ?? Fail(ReasonCodes.UnrepresentableArgument, argument, $"a text that is no {Describe(kind)}, or one that Cedar cannot hold exactly");
    }

    private CedarString? AsText(JsonElement value, string argument)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Text(value, argument);
        }

        // The members below are checked even though policy sees text: of a repeated name the tool would see only one. The text is the
        // canonical one, so that no spelling of a value slips past a policy that compares it.
        return IsFaultyBelow(value, argument) ? null : new CedarString(CanonicalJson.Text(value));
    }

    private CedarValue? Number(JsonElement value, JsonKind kind, string argument)
    {
        bool readable = JsonNumber.TryRead(JsonMarshal.GetRawUtf8Value(value), out JsonNumber number);
        if (kind == JsonKind.Integer || (kind == JsonKind.Any && IsWrittenAsInteger(value)))
        {
            return readable && number.TryScale(0, out long integer)
                ? integer
                : Fail(ReasonCodes.UnrepresentableArgument, argument, "a number that is no 64-bit integer");
        }

        return readable && number.TryScale(4, out long tenThousandths)
            ? CedarDecimal.FromScaled(tenThousandths)
            : Fail(ReasonCodes.UnrepresentableArgument, argument, "a number with more than four decimals, or too large");
    }

    private static bool IsWrittenAsInteger(JsonElement value) =>
        JsonMarshal.GetRawUtf8Value(value).IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;

    private CedarSet? Set(JsonElement array, JsonShape items, string argument)
    {
        CedarValue[] values = new CedarValue[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null)
            {
                Fail(ReasonCodes.UnrepresentableArgument, argument, "a null in a list");
                return null;
            }

            if (ToCedar(item, items, argument) is not { } value)
            {
                return null;
            }

            values[i++] = value;
        }

        return CedarSet.Create(values);
    }

    private CedarRecord? Record(JsonElement value, JsonShape shape, string argument)
    {
        MemberBuffer record = new(value.GetPropertyCount());
        NameSet names = default;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (NameOf(member, argument) is not { } name || IsRepeated(ref names, name, argument, ignoreCase: !shape.IsClosed))
            {
                return null;
            }

            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                _sawNull = true;
                continue;
            }

            if (!shape.Knows(name) && (shape.IsClosed || shape.Resembles(name)))
            {
                Fail(ReasonCodes.UnknownArgument, argument, "a member that the tool's schema does not have");
                return null;
            }

            if (ToCedar(member.Value, shape.Property(name), argument) is not { } converted)
            {
                return null;
            }

            record.Add(name, converted);
        }

        foreach (string name in shape.Required)
        {
            if (!IsPresent(value, name))
            {
                Fail(ReasonCodes.InvalidArguments, argument, "an object without a member that the tool's schema requires");
                return null;
            }
        }

        return record.Build();
    }

    private string? NameOf(JsonProperty member, string argument)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            Fail(ReasonCodes.UnrepresentableArgument, argument, "a member name that is not valid Unicode");
            return null;
        }
    }

    private bool IsFaultyBelow(JsonElement value, string argument)
    {
        if (++_members > maxMembers)
        {
            Fail(ReasonCodes.InvalidArguments, argument, $"more than {maxMembers} values in one call");
            return true;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                NameSet names = default;
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (NameOf(member, argument) is not { } name || IsRepeated(ref names, name, argument, ignoreCase: false)
                        || IsFaultyBelow(member.Value, argument))
                    {
                        return true;
                    }

                    _sawNull |= member.Value.ValueKind == JsonValueKind.Null;
                }

                return false;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    if (IsFaultyBelow(item, argument))
                    {
                        return true;
                    }
                }

                return false;
            case JsonValueKind.String:
                return Text(value, argument) is null;
            default:
                return false;
        }
    }

    private bool IsRepeated(ref NameSet names, string name, string argument, bool ignoreCase)
    {
        if (names.Add(name, ignoreCase))
        {
            return false;
        }

        Fail(
            ReasonCodes.UnrepresentableArgument, argument,
            ignoreCase ? "a name that stands twice in one object, or twice but for case" : "a name that stands twice in one object");
        return true;
    }

    private static string Describe(JsonKind kind) => kind switch
    {
        JsonKind.DateTime => "date or date-time with a time zone",
        JsonKind.Duration => "duration in weeks, days, hours, minutes and seconds",
        JsonKind.IpAddress => "IP address",
        JsonKind.DecimalText => "decimal",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private CedarValue? Fail(string code, string argument, string what)
    {
        string fix = code == ReasonCodes.UnrepresentableArgument
            ? " Declare the argument with mapToString to let policy see its text, or send a value Cedar can hold exactly."
            : "";
        _failure ??= new IntentFailure(code, $"The argument '{Short(argument)}' of '{tool.Name}' holds {what}.{fix}");
        return null;
    }

    /// <summary>The name was written by a model, and the message goes into the audit.</summary>
    private static string Short(string name) => name.Length <= MaxShownName ? name : name[..MaxShownName] + "…";
}
