using System.Text;

namespace IntentAuthz;

/// <summary>
/// Masks live secrets in a stream of bytes, also where one lies across the border of two pieces. Each byte of a secret becomes <c>*</c>, so that
/// lengths which were announced stay true. It holds the end of each piece back until it is known what follows, as much as the longest known
/// secret can take under its escapes; nothing while no secret is known. What is compressed or encrypted is not found. For one stream; not safe
/// for use by several threads at once.
/// </summary>
public sealed class StreamScrubber
{
    private const byte Mask = (byte)'*';

    /// <summary>How much longer a form gets by the escapes of up to three layers.</summary>
    private const int EscapeFactor = 8;

    private const int MostHeldBack = 1024 * 1024;

    private readonly SecretScrubber? _scrubber;
    private byte[] _bytes = [];
    private char[] _view = [];
    private int _held;
    private int _handedOn;

    internal StreamScrubber(SecretScrubber? scrubber) => _scrubber = scrubber;

    /// <summary>Takes bytes in and hands on those that are safe.</summary>
    /// <param name="bytes">What came.</param>
    /// <returns>What can be sent on, possibly nothing; valid until the next call.</returns>
    public ReadOnlyMemory<byte> Push(ReadOnlySpan<byte> bytes)
    {
        Take(bytes);
        if (_scrubber is not { KnowsAny: true })
        {
            return HandOn(_held);
        }

        Clean();
        int back = (int)Math.Min((long)_scrubber.LongestForm * EscapeFactor, MostHeldBack);
        return HandOn(Math.Max(0, _held - back));
    }

    /// <summary>Hands on what was held back: the stream has ended.</summary>
    /// <returns>The rest; valid until the next call.</returns>
    public ReadOnlyMemory<byte> Complete()
    {
        Take([]);
        Clean();
        return HandOn(_held);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        _bytes.AsSpan(_handedOn, _held).CopyTo(_bytes); // what was handed on before is no longer looked at
        _handedOn = 0;
        if (_bytes.Length < _held + bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(4096, _held + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_held));
        _held += bytes.Length;
    }

    private void Clean()
    {
        if (_scrubber is not { KnowsAny: true } scrubber || _held == 0)
        {
            return;
        }

        if (_view.Length < _held)
        {
            _view = new char[_bytes.Length];
        }

        Encoding.Latin1.GetChars(_bytes.AsSpan(0, _held), _view);
        scrubber.MaskIn(_bytes.AsSpan(0, _held), _view.AsSpan(0, _held), Mask);
        _view.AsSpan(0, _held).Clear(); // it can hold a secret
    }

    private ReadOnlyMemory<byte> HandOn(int count)
    {
        _held -= count;
        _handedOn = count;
        return _bytes.AsMemory(0, count);
    }
}
