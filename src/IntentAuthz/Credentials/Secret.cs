using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntentAuthz;

/// <summary>
/// A secret in memory. It shows itself nowhere: not in <see cref="ToString"/>, not in a debugger, not in JSON. Its buffer is zeroed by
/// <see cref="Dispose"/>; a string made by <see cref="Reveal"/> cannot be zeroed and lives until the garbage collector takes it.
/// Reading is safe for many threads; disposing while reading makes the reader fail.
/// </summary>
[JsonConverter(typeof(RefusingConverter))]
[System.Diagnostics.DebuggerDisplay("[secret]")]
public sealed class Secret : IDisposable
{
    /// <summary>The longest secret, in UTF-8 bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly Lock _reading = new(); // keeps a reader from seeing a half-zeroed buffer
    private readonly byte[] _utf8;
    private bool _disposed;

    /// <summary>Copies the secret. The caller clears its own copy.</summary>
    /// <param name="utf8">UTF-8 text, 1 to <see cref="MaxBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The length is out of range or the text is not UTF-8.</exception>
    public Secret(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8.Length > MaxBytes || !System.Text.Unicode.Utf8.IsValid(utf8))
        {
            throw new ArgumentException($"A secret is 1 to {MaxBytes} bytes of UTF-8 text.", nameof(utf8));
        }

        // Pinned, so that the collector leaves no copies behind when it compacts.
        _utf8 = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(_utf8);
    }

    /// <summary>Takes a secret that an issuer could only give as a string.</summary>
    /// <param name="text">The secret.</param>
    public static Secret FromString(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            return new Secret(utf8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }

    /// <summary>The secret as a string, for drivers that take nothing else.</summary>
    /// <exception cref="ObjectDisposedException">The secret was cleared, since its lease ended.</exception>
    public string Reveal()
    {
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Encoding.UTF8.GetString(_utf8);
        }
    }

    /// <summary>Lends the bytes to a function for the time of the call.</summary>
    /// <typeparam name="TState">What the function is given besides.</typeparam>
    /// <param name="state">Passed on, so that the function needs no closure.</param>
    /// <param name="use">Reads the bytes and keeps none.</param>
    /// <exception cref="ObjectDisposedException">The secret was cleared, since its lease ended.</exception>
    public void Use<TState>(TState state, Action<ReadOnlySpan<byte>, TState> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            use(_utf8, state);
        }
    }

    /// <summary>Zeroes the buffer. Safe to call again.</summary>
    public void Dispose()
    {
        lock (_reading)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_utf8);
        }
    }

    /// <summary>Always <c>[secret]</c>.</summary>
    public override string ToString() => "[secret]";

    private sealed class RefusingConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not read from JSON; make it from the issuer's answer.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not written to JSON; take it out of what is serialised.");
    }
}
