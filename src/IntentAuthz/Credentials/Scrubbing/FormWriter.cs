using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace IntentAuthz;

/// <summary>
/// Writes down each form of a secret, one after the other, into buffers of its own that are cleared in the end: the forms are only ever looked
/// at, never kept.
/// </summary>
internal ref struct FormWriter : IDisposable
{
    private const int LongestEscape = 10; // of one character, in HTML
    private const int LeastSignature = 16;

    private static readonly TextEncoder[] s_encoders = [HtmlEncoder.Default, JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping, UrlEncoder.Default];

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly char[] _plain;
    private readonly char[] _form;
    private readonly byte[] _shifted;
    private readonly int _length;

    internal FormWriter(ReadOnlySpan<byte> utf8)
    {
        _utf8 = utf8;
        _plain = ArrayPool<char>.Shared.Rent(utf8.Length);
        _form = ArrayPool<char>.Shared.Rent((utf8.Length * LongestEscape) + 16);
        _shifted = ArrayPool<byte>.Shared.Rent(utf8.Length + 2);
        _length = Encoding.UTF8.GetChars(utf8, _plain);
    }

    internal readonly ReadOnlySpan<char> Plain => _plain.AsSpan(0, _length);

    /// <summary>How many characters are left of the secret in text whose escapes were undone and whose lines were joined.</summary>
    internal readonly int LeastLength
    {
        get
        {
            int least = _length;
            using TextView joined = Joined(Plain);
            WriteUndone(joined.Text, 0, (_, form) => least = Math.Min(least, form.Length));
            return Math.Min(least, joined.Text.Length);
        }
    }

    /// <summary>Hands every form to a function; some can be the same.</summary>
    internal readonly void WriteAll<TState>(TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        WriteAll(Plain, _utf8, state, use);

        // What makes a signed token a credential is its signature: the rest of it is no secret, and this part is one without the rest.
        int signature = Plain.LastIndexOf('.') + 1;
        if (signature > 0 && _length - signature >= LeastSignature && IsBase64Url(Plain[signature..]))
        {
            WriteAll(Plain[signature..], _utf8[^(_length - signature)..], state, use);
        }
    }

    public readonly void Dispose()
    {
        ArrayPool<char>.Shared.Return(_plain, clearArray: true);
        ArrayPool<char>.Shared.Return(_form, clearArray: true);
        ArrayPool<byte>.Shared.Return(_shifted, clearArray: true);
    }

    private readonly void WriteAll<TState>(ReadOnlySpan<char> plain, ReadOnlySpan<byte> utf8, TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        use(state, plain);
        if (plain.Length != utf8.Length)
        {
            // In bytes that are looked at as characters of eight bits each, since nobody knows their encoding.
            Encoding.Latin1.GetChars(utf8, _form);
            use(state, _form.AsSpan(0, utf8.Length));
        }

        foreach (TextEncoder encoder in s_encoders)
        {
            Encode(encoder, plain, state, use);
        }

        Span<char> form = _form.AsSpan(0, plain.Length);
        plain.Replace(form, ' ', '+'); // a form's way to write a blank; its other characters read plainly once their escapes are undone
        use(state, form);
        for (int offset = 0; offset < 3; offset++)
        {
            use(state, Base64(utf8, offset));
        }

        if (Convert.TryToHexStringLower(utf8, _form, out int hex))
        {
            use(state, _form.AsSpan(0, hex));
        }

        // In text whose escapes were undone, or whose lines were joined, those of the secret itself are gone too.
        if (WriteUndone(plain, state, use))
        {
            WriteNested(plain, state, use);
        }

        using TextView joined = Joined(plain);
        use(state, joined.Text);
    }

    private readonly void Encode<TState>(TextEncoder encoder, ReadOnlySpan<char> plain, TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        if (encoder.Encode(plain, _form, out _, out int written) == OperationStatus.Done)
        {
            use(state, _form.AsSpan(0, written));
        }
    }

    /// <summary>The characters that the secret has in any base64 text in which it begins at this offset of a three-byte group.</summary>
    private readonly ReadOnlySpan<char> Base64(ReadOnlySpan<byte> utf8, int offset)
    {
        Span<byte> shifted = _shifted.AsSpan(0, offset + utf8.Length);
        shifted[..offset].Clear();
        utf8.CopyTo(shifted[offset..]);
        Convert.TryToBase64Chars(shifted, _form, out _);
        int firstWhole = offset == 0 ? 0 : offset + 1;
        int wholeCharacters = shifted.Length * 8 / 6;
        return _form.AsSpan(firstWhole, Math.Max(0, wholeCharacters - firstWhole));
    }

    /// <summary>What is left after each layer is undone; whether there were any.</summary>
    private static bool WriteUndone<TState>(ReadOnlySpan<char> text, TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        bool any = false;
        TextView view = new(text.Length);
        bool changed = EscapedText.Undo(text, ref view);
        for (int layer = 1; changed; layer++)
        {
            any = true;
            use(state, view.Text);
            if (layer == SecretScrubber.MaxLayers)
            {
                break;
            }

            TextView next = new(view.Length);
            changed = EscapedText.Undo(view.Text, ref next);
            view.Dispose();
            view = next;
        }

        view.Dispose();
        return any;
    }

    /// <summary>
    /// The escapes that a secret itself seems to hold are undone together with those it is written under, and can run into them. What comes of it
    /// is written down for each pair of them.
    /// </summary>
    private static void WriteNested<TState>(ReadOnlySpan<char> plain, TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        char[] outer = ArrayPool<char>.Shared.Rent(plain.Length * LongestEscape * LongestEscape);
        char[] inner = ArrayPool<char>.Shared.Rent(plain.Length * LongestEscape);
        foreach (TextEncoder first in s_encoders)
        {
            _ = first.Encode(plain, inner, out _, out int length);
            ReadOnlySpan<char> once = inner.AsSpan(0, length);
            WriteUndone(once, state, use);
            foreach (TextEncoder second in s_encoders)
            {
                _ = second.Encode(once, outer, out _, out int written);
                WriteUndone(outer.AsSpan(0, written), state, use);
            }
        }

        ArrayPool<char>.Shared.Return(outer, clearArray: true);
        ArrayPool<char>.Shared.Return(inner, clearArray: true);
    }

    private static TextView Joined(ReadOnlySpan<char> plain)
    {
        TextView view = new(plain.Length);
        FoldedLines.Join(plain, ref view);
        return view;
    }

    private static bool IsBase64Url(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
