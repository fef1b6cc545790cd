using System.Runtime.InteropServices;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Texts in native memory, made before a thread gives up its rights and freed together.</summary>
internal sealed unsafe class NativeText : IDisposable
{
    private readonly List<nint> _blocks = [];

    internal byte* Add(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* block = Allocate(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(block, length));
        block[length] = 0;
        return block;
    }

    internal byte** AddAll(IEnumerable<string> texts)
    {
        nint[] all = [.. texts.Select(t => (nint)Add(t)), 0];
        byte* block = Allocate(all.Length * sizeof(nint));
        all.CopyTo(new Span<nint>(block, all.Length));
        return (byte**)block;
    }

    /// <summary>Cleared memory.</summary>
    internal byte* Allocate(int bytes)
    {
        byte* block = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _blocks.Add((nint)block);
        return block;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
    }
}
