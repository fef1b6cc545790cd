using System.Buffers;

namespace IntentAuthz;

/// <summary>Reads the lines of a text file. Not safe for use by several threads.</summary>
internal sealed class AuditFileReader(Stream stream) : AuditLineReader
{
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    public override void Dispose() => stream.Dispose();

    internal override bool TryRead(out ReadOnlySpan<byte> line)
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
                Number++;
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
                Number += IsTorn ? 1 : 0;
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
