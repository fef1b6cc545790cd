using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// Mints call ids. The random bytes of many are fetched at once: asking the system for sixteen costs a call as much as deciding it. A machine
/// that is restored twice from one memory image mints some ids twice. Safe for
/// use by many threads.
/// </summary>
internal sealed class CallIds
{
    private const int AtOnce = 128;

    private readonly Lock _taking = new(); // protects both below
    private readonly byte[] _random = new byte[AtOnce * CallId.RandomBytes];
    private int _taken = AtOnce * CallId.RandomBytes;

    internal CallId Next()
    {
        lock (_taking)
        {
            if (_taken == _random.Length)
            {
                RandomNumberGenerator.Fill(_random);
                _taken = 0;
            }

            Span<byte> next = _random.AsSpan(_taken, CallId.RandomBytes);
            _taken += next.Length;
            CallId id = CallId.Of(next);
            next.Clear();
            return id;
        }
    }
}
