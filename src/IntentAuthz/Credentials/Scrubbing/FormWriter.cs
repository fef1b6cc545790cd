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

        Encode(HtmlEncoder.Default, plain, state, use);
        use(state, Html(plain));
        Encode(JavaScriptEncoder.Default, plain, state, use);
        Encode(JavaScriptEncoder.UnsafeRelaxedJsonEscaping, plain, state, use);
        Encode(UrlEncoder.Default, plain, state, use);

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
        WriteUndone(plain, state, use);
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

    /// <summary>After each layer: a secret that has pairs of escapes in it may be too short to be looked for after the last one.</summary>
    private readonly void WriteUndone<TState>(ReadOnlySpan<char> plain, TState state, Action<TState, ReadOnlySpan<char>> use)
    {
        Span<char> form = _form.AsSpan(0, plain.Length);
        plain.CopyTo(form);
        for (int layer = 0; layer < SecretScrubber.MaxLayers; layer++)
        {
            TextView view = new(form.Length);
            bool changed = EscapedText.Undo(form, ref view);
            form = form[..view.Length];
            view.Text.CopyTo(form);
            view.Dispose();
            if (!changed)
            {
                break;
            }

            use(state, form);
        }
    }

    /// <summary>HTML as most write it, with as few entities as can be: short secrets that hold other escapes are found in it by this form only.</summary>
    private readonly ReadOnlySpan<char> Html(ReadOnlySpan<char> plain)
    {
        int written = 0;
        foreach (char c in plain)
        {
            ReadOnlySpan<char> entity = c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", _ => default };
            if (entity.IsEmpty)
            {
                _form[written++] = c;
                continue;
            }

            entity.CopyTo(_form.AsSpan(written));
            written += entity.Length;
        }

        return _form.AsSpan(0, written);
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
