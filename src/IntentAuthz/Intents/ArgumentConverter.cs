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
    /// <summary>How deep the library's own JSON may nest, such as arguments with their defaults filled in.</summary>
    internal const int OwnDepth = 64;

    private const int MaxShownName = 64;

    private int _members;
    private bool _sawNull;
    private bool _sawOtherName;
    private IntentFailure? _failure;

    /// <summary>Whether there was a null, at any depth.</summary>
    internal readonly bool SawNull => _sawNull;

    /// <summary>Whether there was a name that the tool does not declare.</summary>
    internal readonly bool SawOtherName => _sawOtherName;

    /// <summary>Converts the arguments of a call. False where they are not one JSON object, and at the first name that no call of the tool can give.</summary>
    /// <param name="json">What should be one object, in UTF-8.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="arguments">The arguments; null when they are not well-formed, and when there is a failure.</param>
    /// <param name="failure">Why they cannot be taken, as far as they were read; null when they can.</param>
    internal bool TryConvert(byte[] json, int maxDepth, out CallArguments? arguments, out IntentFailure? failure)
    {
        try
        {
            Utf8JsonReader reader = Begin(json, maxDepth);
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                failure = Convert(ref reader, json, out arguments);
                return arguments is not null || failure is not null;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said by whoever goes over the whole of it.
        }

        (arguments, failure) = (null, null);
        return false;
    }

    private IntentFailure? Convert(ref Utf8JsonReader reader, byte[] json, out CallArguments? arguments)
    {
        KnownArguments all = tool.KnownArguments;
        ArgumentValue[] values = all.Places == 0 ? [] : new ArgumentValue[all.Places];
        MemberBuffer others = default; // what has no place among the known ones
        bool anyOther = all.Places == 0;
        NameSet names = default;
        while (_failure is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            KnownArgument? known = all.Find(reader, out string name);
            if (known is { Declared.IsHostOnly: true } || (known is null && !tool.AcceptsUndeclaredArguments))
            {
                arguments = null;
                return null;
            }

            _sawOtherName |= known is null;
            reader.Read();
            if (IsRepeated(ref names, name, name, ignoreCase: false))
            {
                break;
            }

            if (reader.TokenType == JsonTokenType.Null)
            {
                _sawNull = true;
            }
            else if (known is { Place: >= 0 })
            {
                values[known.Place] = Value(ref reader, known, name);
            }
            else if (Value(ref reader, known, name).ToValue(json) is { } value)
            {
                others.Add(name, value);
                anyOther = true;
            }
        }

        arguments = null;
        if (_failure is null)
        {
            reader.Read(); // throws where something follows the object
            Require(values, others);
        }

        if (_failure is not null)
        {
            return _failure;
        }

        if (anyOther)
        {
            all.AddTo(ref others, values, json);
            arguments = new CallArguments(json, all.ToRecord(others));
        }
        else
        {
            arguments = new CallArguments(json, all, values);
        }

        return null;
    }

    /// <summary>What the host derived from the arguments, by the schema of that.</summary>
    internal IntentFailure? ConvertDerived(JsonElement derived, JsonShape shape, out CedarRecord? record)
    {
        if (derived.ValueKind != JsonValueKind.Object)
        {
            record = null;
            return new IntentFailure(ReasonCodes.DerivedInputFailed, $"What '{tool.Name}' derives from its arguments is not a JSON object.");
        }

        try
        {
            Utf8JsonReader reader = Begin(JsonMarshal.GetRawUtf8Value(derived), OwnDepth);
            record = Record(ref reader, shape, "(derived)");
        }
        catch (JsonException)
        {
            record = null;
            return new IntentFailure(ReasonCodes.DerivedInputFailed, $"What '{tool.Name}' derives from its arguments is no plain JSON, or nests too deeply.");
        }

        return _failure is null ? null : new IntentFailure(ReasonCodes.DerivedInputFailed, _failure.Message);
    }

    /// <summary>A reader that stands on the first token.</summary>
    private static Utf8JsonReader Begin(ReadOnlySpan<byte> json, int maxDepth)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        return reader;
    }

    private void Require(ArgumentValue[] values, in MemberBuffer others)
    {
        foreach (KnownArgument required in tool.KnownArguments.Required)
        {
            if (required.Place >= 0 ? !values[required.Place].IsThere : !others.Has(required.Name))
            {
                Fail(ReasonCodes.InvalidArguments, required.Name, "nothing, although the tool's schema requires it");
                return;
            }
        }
    }

    /// <summary>The value of an argument, which is checked here and mostly made later; a default one after a failure.</summary>
    private ArgumentValue Value(ref Utf8JsonReader reader, KnownArgument? known, string name)
    {
        bool mapsToString = known?.Declared is { MapsToString: true };
        JsonKind kind = mapsToString ? JsonKind.String : known?.Shape.Kind ?? JsonKind.Any;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when kind is JsonKind.String or JsonKind.Any:
                return IsOneTooMany(name) ? default
                    : !reader.ValueIsEscaped ? ArgumentValue.Written((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length)
                    : Text(ref reader, name) is { } text ? ArgumentValue.Of(new CedarString(text))
                    : default;
            case JsonTokenType.Number when kind is JsonKind.Integer or JsonKind.Number or JsonKind.Any:
                return IsOneTooMany(name) || !TryReadNumber(ref reader, kind, name, out long number, out bool isInteger) ? default
                    : isInteger ? ArgumentValue.Long(number)
                    : ArgumentValue.Decimal(number);
            default:
                CedarValue? value = mapsToString ? AsText(ref reader, name) : ToCedar(ref reader, known?.Shape ?? JsonShape.Untyped, name);
                return value is null ? default : ArgumentValue.Of(value);
        }
    }

    private CedarValue? ToCedar(ref Utf8JsonReader reader, JsonShape shape, string argument)
    {
        if (IsOneTooMany(argument))
        {
            return null;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String when shape.Kind is JsonKind.String or JsonKind.Any:
                return Text(ref reader, argument) is { } text ? new CedarString(text) : null;
            case JsonTokenType.String when shape.Kind is JsonKind.DateTime or JsonKind.Duration or JsonKind.IpAddress or JsonKind.DecimalText:
                return Formatted(ref reader, shape.Kind, argument);
            case JsonTokenType.True or JsonTokenType.False when shape.Kind is JsonKind.Boolean or JsonKind.Any:
                return reader.TokenType == JsonTokenType.True;
            case JsonTokenType.Number when shape.Kind is JsonKind.Integer or JsonKind.Number or JsonKind.Any:
                return !TryReadNumber(ref reader, shape.Kind, argument, out long number, out bool isInteger) ? null
                    : isInteger ? number
                    : CedarDecimal.FromScaled(number);
            case JsonTokenType.StartArray when shape.Kind is JsonKind.Array or JsonKind.Any:
                return Set(ref reader, shape.Items ?? JsonShape.Untyped, argument);
            case JsonTokenType.StartObject when shape.Kind is JsonKind.Object or JsonKind.Any:
                return Record(ref reader, shape, argument);
            default:
                return Fail(ReasonCodes.InvalidArguments, argument, $"a JSON {Describe(reader.TokenType)} where the tool's schema says {Describe(shape.Kind)}");
        }
    }

    private bool IsOneTooMany(string argument)
    {
        if (++_members <= maxMembers)
        {
            return false;
        }

        Fail(ReasonCodes.InvalidArguments, argument, $"more than {maxMembers} values in one call");
        return true;
    }

    private string? Text(ref Utf8JsonReader reader, string argument)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            Fail(ReasonCodes.UnrepresentableArgument, argument, "a string that is not valid Unicode");
            return null;
        }
    }

    private CedarValue? Formatted(ref Utf8JsonReader reader, JsonKind kind, string argument)
    {
        if (Text(ref reader, argument) is not { } text)
        {
            return null;
        }

        CedarValue? converted = kind switch
        {
            JsonKind.DateTime => TextFormats.DateTime(text),
            JsonKind.Duration => TextFormats.Duration(text),
            JsonKind.IpAddress => TextFormats.IpAddress(text),
            _ => TextFormats.Decimal(text),
        };
        return converted ?? Fail(ReasonCodes.UnrepresentableArgument, argument, $"a text that is no {Describe(kind)}, or one that Cedar cannot hold exactly");
    }

    /// <summary>What is no string, as text.</summary>
    private CedarString? AsText(ref Utf8JsonReader reader, string argument)
    {
        // The members below are checked even though policy sees text: of a repeated name the tool would see only one. The text is the
        // canonical one, so that no spelling of a value slips past a policy that compares it.
        Utf8JsonReader below = reader;
        return IsFaultyBelow(ref below, argument) ? null : new CedarString(CanonicalJson.Text(JsonElement.ParseValue(ref reader)));
    }

    /// <summary>Reads a number as a 64-bit integer, or as ten-thousandths.</summary>
    private bool TryReadNumber(ref Utf8JsonReader reader, JsonKind kind, string argument, out long number, out bool isInteger)
    {
        number = 0;
        bool isReadable = JsonNumber.TryRead(reader.ValueSpan, out JsonNumber written);
        isInteger = kind == JsonKind.Integer || (kind == JsonKind.Any && reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0);
        if (isReadable && written.TryScale(isInteger ? 0 : 4, out number))
        {
            return true;
        }

        Fail(ReasonCodes.UnrepresentableArgument, argument, isInteger ? "a number that is no 64-bit integer" : "a number with more than four decimals, or too large");
        return false;
    }

    private CedarSet? Set(ref Utf8JsonReader reader, JsonShape items, string argument)
    {
        List<CedarValue> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                Fail(ReasonCodes.UnrepresentableArgument, argument, "a null in a list");
                return null;
            }

            if (ToCedar(ref reader, items, argument) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        return CedarSet.Create(values);
    }

    private CedarRecord? Record(ref Utf8JsonReader reader, JsonShape shape, string argument)
    {
        MemberBuffer record = default;
        NameSet names = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (NameOf(ref reader, argument) is not { } name || IsRepeated(ref names, name, argument, ignoreCase: !shape.IsClosed))
            {
                return null;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                _sawNull = true;
                continue;
            }

            if (!shape.Knows(name) && (shape.IsClosed || shape.Resembles(name)))
            {
                Fail(ReasonCodes.UnknownArgument, argument, "a member that the tool's schema does not have");
                return null;
            }

            if (ToCedar(ref reader, shape.Property(name), argument) is not { } converted)
            {
                return null;
            }

            record.Add(name, converted);
        }

        foreach (string name in shape.Required)
        {
            if (!record.Has(name))
            {
                Fail(ReasonCodes.InvalidArguments, argument, "an object without a member that the tool's schema requires");
                return null;
            }
        }

        return record.Build();
    }

    private string? NameOf(ref Utf8JsonReader reader, string argument)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            Fail(ReasonCodes.UnrepresentableArgument, argument, "a member name that is not valid Unicode");
            return null;
        }
    }

    private bool IsFaultyBelow(ref Utf8JsonReader reader, string argument)
    {
        if (IsOneTooMany(argument))
        {
            return true;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                NameSet names = default;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (NameOf(ref reader, argument) is not { } name || IsRepeated(ref names, name, argument, ignoreCase: false))
                    {
                        return true;
                    }

                    reader.Read();
                    _sawNull |= reader.TokenType == JsonTokenType.Null;
                    if (IsFaultyBelow(ref reader, argument))
                    {
                        return true;
                    }
                }

                return false;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (IsFaultyBelow(ref reader, argument))
                    {
                        return true;
                    }
                }

                return false;
            case JsonTokenType.String:
                return Text(ref reader, argument) is null;
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

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        _ => token.ToString().ToLowerInvariant(),
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
