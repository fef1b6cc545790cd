using System.Text.Json;

using CsCheck;

namespace IntentAuthz.Tests.Intents;

/// <summary>Equal JSON values have one text, different ones have two: digests stand on it.</summary>
public sealed class CanonicalJsonTests
{
    private static readonly string[] s_others = ["true", "false", "null", "[2, 1]", """{"z":1,"y":2}"""];

    [Theory]
    [InlineData("""{ "b" : 1 , "a" : 2 }""", """{"a":2,"b":1}""")]
    [InlineData("""{"a":{"z":1,"y":[3,2,1]}}""", """{"a":{"y":[3,2,1],"z":1}}""")]
    [InlineData("""{"\u0061":"\u0062\/"}""", """{"a":"b/"}""")]
    [InlineData("""{"B":1,"a":2,"A":3}""", """{"A":3,"B":1,"a":2}""")]
    [InlineData("""[1.0,1e0,10e-1,-0]""", """[1,1,1,0]""")]
    [InlineData("""[12345678901234567890123,0.1]""", """[12345678901234567890123,0.1]""")]
    [InlineData("""{"ключ":"значение"}""", """{"ключ":"значение"}""")]
    [InlineData("""[true,false,null,{},[]]""", """[true,false,null,{},[]]""")]
    public void Text_OfAValue_IsSortedAndSpelledOneWay(string json, string expected) =>
        Assert.Equal(expected, CanonicalJson.Text(JsonElement.Parse(json)));

    [Fact]
    public void Text_AccountNumbersBeyondADouble_StayDifferent() =>
        Assert.NotEqual(CanonicalJson.Text(JsonElement.Parse("9007199254740993")), CanonicalJson.Text(JsonElement.Parse("9007199254740992")));

    [Fact]
    public void Text_NumberTooLongToRead_KeepsItsOwnText()
    {
        string digits = new('1', 200);

        Assert.Equal($"[{digits}]", CanonicalJson.Text(JsonElement.Parse($"[ {digits} ]")));
    }

    [Fact]
    public void Text_OfShuffledAndRespelledValue_IsTheSame()
    {
        Gen<string> name = Gen.String[Gen.Char["abAB\"\\/é€ \u0001"], 1, 4];
        Gen.Select(name.HashSet[1, 8], Gen.Int, Gen.Int[0, 7]).Sample((names, value, turn) =>
        {
            string[] order = [.. names];
            string[] turned = [.. order.Skip(turn % order.Length), .. order.Take(turn % order.Length)];
            string plain = "{" + string.Join(",", order.Select(n => $"{JsonSerializer.Serialize(n)}:{value}")) + "}";
            string respelled = "{ " + string.Join(" , ", turned.Select(n => $"\"{Escaped(n)}\" : {value}.0e0")) + " }";
            return CanonicalJson.Text(JsonElement.Parse(plain)) == CanonicalJson.Text(JsonElement.Parse(respelled));
        });
    }

    [Fact]
    public void Text_ReadAgain_IsTheSameText()
    {
        Gen<string> text = Gen.String[Gen.Char["ab\"\\\n\u007fé€<>&'+\u2028"], 0, 6];
        text.Array[0, 6].Sample(items =>
        {
            string canonical = CanonicalJson.Text(JsonSerializer.SerializeToElement(items));
            return canonical == CanonicalJson.Text(JsonElement.Parse(canonical))
                && JsonSerializer.Deserialize<string[]>(canonical)!.SequenceEqual(items);
        });
    }

    [Theory]
    [InlineData("""{"b":1,"a":"x"}""")]
    [InlineData("""{ "b" : 1.50e1 , "a" : "x" }""")]
    [InlineData("""{"b":true,"c":null,"a":false,"d":""}""")]
    [InlineData("""{"b":"\u0062","a":"x"}""")] // escapes, names beyond ASCII, nesting: by the document
    [InlineData("""{"\u0062":1,"a":"x"}""")]
    [InlineData("""{"ключ":1,"a":"значение"}""")]
    [InlineData("""{"b":{"d":1,"c":2},"a":[2,1]}""")]
    [InlineData("""{"a":"<>&+'/ é"}""")]
    [InlineData("""{"a":" !#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[]^_`abcxyz{|}~"}""")]
    [InlineData("{\"a\":\"\u007f\",\"\u007f\":\"a\"}")]
    [InlineData("""{"a":100,"b":-5,"c":0,"d":-0,"e":-100,"f":10000000000000000000,"g":100000000000000000000,"h":1000000000000000000000}""")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("-0")]
    public void Write_OfBytes_IsAsOfTheDocument(string json) => AssertSame(json);

    [Theory]
    [InlineData(900)]
    [InlineData(1016)]
    [InlineData(1017)]
    [InlineData(5000)]
    public void Write_OfALongText_IsAsOfTheDocument(int length) => AssertSame($$"""{"a":"{{new string('x', length)}}"}""");

    [Fact]
    public void Write_OfAnyBytes_IsAsOfTheDocument()
    {
        Gen<string> text = Gen.String[Gen.Char["abAB\"\\/é€ \u0001<"], 0, 4];
        Gen<string> value = Gen.OneOf(
            text.Select(static t => JsonSerializer.Serialize(t)), text.Select(static t => $"\"{Escaped(t)}\""), Gen.Long.Select(static n => $"{n}"),
            Gen.Int[0, 1000].Select(static n => $"{n}.50e-3"), Gen.Int[0, 4].Select(static i => s_others[i]));
        Gen.Select(text.HashSet[0, 20], value.Array[20]).Sample((names, values) =>
            AssertSame("{" + string.Join(" ,", names.Select((n, i) => $"{JsonSerializer.Serialize(n)} : {values[i]}")) + "}"));
    }

    private static void AssertSame(string json)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(buffer))
        {
            CanonicalJson.Write(writer, System.Text.Encoding.UTF8.GetBytes(json));
        }

        Assert.Equal(CanonicalJson.Text(JsonElement.Parse(json)), System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static string Escaped(string name) => string.Concat(name.Select(static c => $"\\u{(int)c:x4}"));
}
