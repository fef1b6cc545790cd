using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Json;

/// <summary>
/// A JSON document that is being read, and the path to the place that is being read. Size and depth are bounded, property
/// names are unique, numbers are never read as floating point, and every failure names the place.
/// </summary>
internal sealed class JsonSource
{
    // A chain of 100,000 operators. The JSON parser keeps its own stack, so that this only bounds memory; what is bounded by
    // MaxJsonDepth is the recursion of the readers.
    private const int MaxRawDepth = 200_000;

    private readonly List<string> _path = ["$"];

    /// <summary>Parses a document and hands its root to a reader.</summary>
    public static T Read<T>(ReadOnlySpan<byte> utf8, Func<JsonSource, JsonElement, T> read)
    {
        var source = new JsonSource();
        if (utf8.Length > CedarLimits.MaxJsonLength)
        {
            throw source.Error(string.Create(CultureInfo.InvariantCulture, $"the document has {utf8.Length} bytes; the limit is {CedarLimits.MaxJsonLength}"));
        }

        var reader = new Utf8JsonReader(utf8, new() { MaxDepth = MaxRawDepth });
        JsonDocument document;
        try
        {
            document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                throw source.Error("something follows the end of the document");
            }
        }
        catch (JsonException exception)
        {
            // Not as the cause: its message may be as long as the document.
            throw new CedarJsonException("$", Explain(exception));
        }

        using (document)
        {
            return read(source, document.RootElement);
        }
    }

    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte}, Func{JsonSource, JsonElement, T})"/>
    public static T Read<T>(string json, Func<JsonSource, JsonElement, T> read)
    {
        if (json.Length > CedarLimits.MaxJsonLength)
        {
            throw new JsonSource().Error(string.Create(CultureInfo.InvariantCulture, $"the document has {json.Length} characters; the limit is {CedarLimits.MaxJsonLength} bytes"));
        }

        if (!WellFormedText.IsWellFormed(json))
        {
            throw new JsonSource().Error("the document holds a lone surrogate, which is not text");
        }

        return Read(Encoding.UTF8.GetBytes(json), read);
    }

    /// <summary>What is wrong with the JSON, and where. The message of the parser quotes what it found, however long that is.</summary>
    public static string Explain(JsonException exception)
    {
        var message = exception.Message;
        var place = message.LastIndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? CedarText.Shorten(message) : string.Concat(CedarText.Shorten(message.AsSpan(0, place)), message.AsSpan(place));
    }

    /// <summary>The failure of what is being read now.</summary>
    public CedarJsonException Error(string problem) => new(CedarText.Shorten(string.Concat(_path)), problem);

    /// <summary>Reads what lies at a property.</summary>
    public T At<T>(string name, JsonElement element, Func<JsonSource, JsonElement, T> read) => Within($".{name}", element, read);

    /// <summary>Reads what lies at an index.</summary>
    public T At<T>(int index, JsonElement element, Func<JsonSource, JsonElement, T> read) =>
        Within(string.Create(CultureInfo.InvariantCulture, $"[{index}]"), element, read);

    // No finally: after a failure the path is not read again.
    private T Within<T>(string segment, JsonElement element, Func<JsonSource, JsonElement, T> read)
    {
        _path.Add(segment);
        if (_path.Count > CedarLimits.MaxJsonDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(string.Create(CultureInfo.InvariantCulture, $"the document nests deeper than {CedarLimits.MaxJsonDepth}"));
        }

        var result = read(this, element);
        _path.RemoveAt(_path.Count - 1);
        return result;
    }

    /// <summary>The properties of an object; refuses a name that occurs twice.</summary>
    public List<KeyValuePair<string, JsonElement>> Properties(JsonElement element, string what)
    {
        Expect(element, JsonValueKind.Object, what);
        var properties = new List<KeyValuePair<string, JsonElement>>();
        foreach (var property in element.EnumerateObject())
        {
            properties.Add(new(NameOf(property), property.Value));
        }

        // Sorting costs less than a set of names, and small objects are the rule.
        if (properties.Count > 1)
        {
            RefuseDuplicates(properties);
        }

        return properties;
    }

    private void RefuseDuplicates(List<KeyValuePair<string, JsonElement>> properties)
    {
        var names = new string[properties.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = properties[i].Key;
        }

        Array.Sort(names, StringComparer.Ordinal);
        for (var i = 1; i < names.Length; i++)
        {
            if (string.Equals(names[i - 1], names[i], StringComparison.Ordinal))
            {
                throw Error($"the name `{CedarText.Shorten(names[i])}` occurs twice");
            }
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Error("a name holds a lone surrogate, which is not text");
        }
    }

    /// <summary>The items of an array.</summary>
    public T[] Items<T>(JsonElement element, string what, Func<JsonSource, JsonElement, T> read)
    {
        Expect(element, JsonValueKind.Array, what);
        var items = new T[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            items[i] = At(i, item, read);
            i++;
        }

        return items;
    }

    public string String(JsonElement element, string what)
    {
        Expect(element, JsonValueKind.String, what);
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("the string holds a lone surrogate, which is not text");
        }
    }

    /// <summary>
    /// The properties of an object that has exactly certain names, in the order of these names; optional ones are last and may be
    /// missing.
    /// </summary>
    public JsonElement?[] Fields(JsonElement element, string what, ReadOnlySpan<string> names, int required)
    {
        var fields = new JsonElement?[names.Length];
        foreach (var (name, value) in Properties(element, what))
        {
            var index = names.IndexOf(name);
            if (index < 0)
            {
                throw Error($"`{CedarText.Shorten(name)}` is not part of {what}; expected {Listed(names)}");
            }

            fields[index] = value;
        }

        for (var i = 0; i < required; i++)
        {
            if (fields[i] is null)
            {
                throw Error($"{what} needs {Listed(names[..required])}");
            }
        }

        return fields;
    }

    private static string Listed(ReadOnlySpan<string> names)
    {
        var text = new StringBuilder();
        for (var i = 0; i < names.Length; i++)
        {
            text.Append(i == 0 ? "" : i == names.Length - 1 ? " and " : ", ").Append('`').Append(names[i]).Append('`');
        }

        return text.ToString();
    }

    public long Long(JsonElement element)
    {
        // `-0` is a number of floating point: there is no such integer, and the reference refuses it.
        if (!element.TryGetInt64(out var value) || (value == 0 && element.GetRawText() == "-0"))
        {
            throw Error($"`{CedarText.Shorten(element.GetRawText())}` is not a 64-bit integer; numbers with a fraction are written as decimals");
        }

        return value;
    }

    public void Expect(JsonElement element, JsonValueKind kind, string what)
    {
        if (element.ValueKind != kind)
        {
            throw Error($"expected {what}, found {Describe(element)}");
        }
    }

    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a bool",
        _ => "null",
    };
}
