using System.Text;
using System.Text.Json;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>Reads a JSON source into values that know where they stand. Depth and size are bounded; names within an object are unique.</summary>
internal ref struct LocatedJsonReader
{
    // A record takes two levels of JSON at each level of nesting, and a few lie around the type.
    private const int MaxDepth = (2 * CedarLimits.MaxTypeDepth) + 16;

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly DiagnosticBag _errors;
    private Utf8JsonReader _reader;
    private int _bytes;
    private int _chars;

    private LocatedJsonReader(ReadOnlySpan<byte> utf8, DiagnosticBag errors)
    {
        _utf8 = utf8;
        _errors = errors;
        _reader = new(utf8, new() { MaxDepth = MaxDepth });
    }

    /// <summary>The root, or null after an error.</summary>
    public static LocatedJson? Read(SourceText source, DiagnosticBag errors)
    {
        if (!PolicyParser.CheckSource(source, errors))
        {
            return null;
        }

        var reader = new LocatedJsonReader(Encoding.UTF8.GetBytes(source.Text), errors);
        try
        {
            reader._reader.Read();
            var root = reader.ReadValue();
            reader._reader.Read();
            return errors.Any ? null : root;
        }
        catch (JsonException exception)
        {
            var at = reader.CharsAt((int)reader._reader.BytesConsumed);
            errors.Add(SchemaCodes.InvalidJson, new(at, at), $"this is not JSON: {JsonSource.Explain(exception)}");
            return null;
        }
    }

    // Positions only ever grow, so that counting from the last one makes the whole linear.
    private int CharsAt(int bytes)
    {
        if (bytes > _bytes)
        {
            _chars += Encoding.UTF8.GetCharCount(_utf8[_bytes..bytes]);
            _bytes = bytes;
        }

        return _chars;
    }

    private TextRange TokenRange()
    {
        // Not up to what is consumed: behind a name that includes the colon.
        var quotes = _reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0;
        var start = CharsAt((int)_reader.TokenStartIndex);
        return new(start, CharsAt((int)_reader.TokenStartIndex + _reader.ValueSpan.Length + quotes));
    }

    private LocatedJson ReadValue()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject();
            case JsonTokenType.StartArray:
                var array = new LocatedJson(JsonValueKind.Array, TokenRange());
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Items.Add(ReadValue());
                }

                return array;
            case JsonTokenType.String:
                var range = TokenRange();
                return new(JsonValueKind.String, range, ReadText(range));
            case JsonTokenType.Number:
                return new(JsonValueKind.Number, TokenRange());
            case JsonTokenType.True:
                return new(JsonValueKind.True, TokenRange());
            case JsonTokenType.False:
                return new(JsonValueKind.False, TokenRange());
            default:
                return new(JsonValueKind.Null, TokenRange());
        }
    }

    private LocatedJson ReadObject()
    {
        var value = new LocatedJson(JsonValueKind.Object, TokenRange());
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var range = TokenRange();
            var name = ReadText(range);
            if (!names.Add(name))
            {
                _errors.Add(DiagnosticCodes.DuplicateKey, range, $"the name `{CedarText.Shorten(name)}` stands twice in this object");
            }

            _reader.Read();
            value.Properties.Add(new(name, range, ReadValue()));
        }

        return value;
    }

    private readonly string ReadText(TextRange range)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            _errors.Add(DiagnosticCodes.InvalidUtf16, range, "the string holds a lone surrogate, which is not text");
            return "";
        }
    }
}
