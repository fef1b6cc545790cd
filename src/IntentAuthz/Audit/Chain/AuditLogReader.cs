using System.Buffers;

namespace IntentAuthz;

/// <summary>Reads the lines of a file one after another, each bounded in length. Not safe for use by several threads.</summary>
internal sealed class AuditLogReader(Stream stream)
{
    /// <summary>The longest line there can be. A record has bounded texts and is far below.</summary>
    internal const int MaxLine = 16 * 1024 * 1024;

    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <summary>Where in the file the next line begins.</summary>
    internal long Position { get; private set; }

    /// <summary>Whether what was read last has no line end: the file ends in it.</summary>
    internal bool IsTorn { get; private set; }

    /// <summary>Whether a line is longer than there can be; nothing is read any more.</summary>
    internal bool IsTooLong { get; private set; }

    /// <summary>Reads the next line, without its end. It is valid until the next is read.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = _start;
        while (true)
        {
            int at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                int end = searched + at;
                line = _buffer.AsSpan(_start, end - _start);
                Position += line.Length + 1;
                _start = end + 1;
                return true;
            }

            searched = _end;
            if (_end - _start > MaxLine)
            {
                IsTooLong = true;
                line = default;
                return false;
            }

            if (_end == _buffer.Length)
            {
                searched -= _start;
                MakeRoom();
            }

            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                line = _buffer.AsSpan(_start, _end - _start);
                IsTorn = line.Length > 0;
                _start = _end;
                return IsTorn;
            }

            _end += read;
        }
    }

    private void MakeRoom()
    {
        byte[] target = _start > 0 ? _buffer : new byte[Math.Min(_buffer.Length * 2L, MaxLine + (64L * 1024))];
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_end, _start, _buffer) = (_end - _start, 0, target);
    }
}
