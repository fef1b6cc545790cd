using System.Text.Json;

namespace IntentAuthz.Tests.Credentials;

/// <summary>A secret shows itself nowhere and is gone once it was cleared.</summary>
public sealed class SecretTests
{
    [Fact]
    public void Secret_ShowsItself_OnlyWhenAsked()
    {
        using Secret secret = Secret.FromString("hunter2-hunter2");

        Assert.Equal("hunter2-hunter2", secret.Reveal());
        Assert.Equal("[secret]", secret.ToString());
        Assert.Equal("[secret]", $"{secret}");
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(secret));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(new { secret }));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Secret>("\"x\""));
    }

    [Fact]
    public void Secret_OnceCleared_CannotBeReadAndIsZeroed()
    {
        Secret secret = new("hunter2-hunter2"u8);
        secret.Dispose();
        secret.Dispose();

        Assert.Throws<ObjectDisposedException>(secret.Reveal);
        Assert.Throws<ObjectDisposedException>(() => secret.Use(0, static (_, _) => { }));
        byte[] buffer = (byte[])typeof(Secret).GetField("_utf8", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(secret)!;
        Assert.All(buffer, static b => Assert.Equal(0, b));
    }

    [Fact]
    public void Secret_CopiesItsBytes()
    {
        byte[] bytes = [.. "hunter2-hunter2"u8];
        using Secret secret = new(bytes);
        Array.Clear(bytes);

        Assert.Equal("hunter2-hunter2", secret.Reveal());
    }

    [Fact]
    public void Secret_ThatIsEmptyTooLongOrNoText_IsRefusedWithoutBeingQuoted()
    {
        Assert.Throws<ArgumentException>(() => new Secret([]));
        Assert.Throws<ArgumentException>(() => new Secret(new byte[Secret.MaxBytes + 1]));
        Assert.DoesNotContain("abc", Assert.Throws<ArgumentException>(() => new Secret([.. "abc"u8, 0xFF])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_ReadByAnySerializerOrReflection_ShowsNothing()
    {
        using Secret secret = Secret.FromString("hunter2-hunter2");

        Assert.Empty(typeof(Secret).GetProperties());
        Assert.DoesNotContain(typeof(Secret).GetFields(), static f => !f.IsLiteral);
        Assert.Equal("[secret]", System.ComponentModel.TypeDescriptor.GetConverter(typeof(Secret)).ConvertToInvariantString(secret));
        Assert.ThrowsAny<Exception>(() => new System.Xml.Serialization.XmlSerializer(typeof(Secret)));
        using MemoryStream xml = new();
        Assert.ThrowsAny<Exception>(() => new System.Runtime.Serialization.DataContractSerializer(typeof(Secret)).WriteObject(xml, secret));
        Assert.DoesNotContain("hunter2", System.Text.Encoding.UTF8.GetString(xml.ToArray()), StringComparison.Ordinal);
    }
}
