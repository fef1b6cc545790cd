using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// Makes the calls of a <see cref="CallList"/> with no code of the runtime's: a hundred bytes of machine code, which use registers and the list,
/// but no stack. So a process made by <c>clone</c> can go on in it that shares the host's memory, where managed code cannot run.
/// </summary>
internal static unsafe class CallRunner
{
    private const int Read = 1, Write = 2, Execute = 4, Private = 2, Anonymous = 0x20, PageBytes = 4096;

    /// <summary>
    /// The code for x86-64, a function of one argument. rbx is the call at hand; the offsets are those of <see cref="SystemCall"/>.
    /// </summary>
    private static ReadOnlySpan<byte> X64 =>
    [
        0xf3, 0x0f, 0x1e, 0xfa,             // endbr64
        0x53,                               // push rbx
        0x48, 0x89, 0xfb,                   // mov rbx, rdi
        0x48, 0x85, 0xdb,                   // next: test rbx, rbx
        0x74, 0x59,                         // jz end
        0x48, 0x8b, 0x03,                   // mov rax, [rbx]
        0x48, 0x8b, 0x7b, 0x08,             // mov rdi, [rbx + 8]
        0x48, 0x8b, 0x3f,                   // mov rdi, [rdi]
        0x48, 0x8b, 0x73, 0x10,             // mov rsi, [rbx + 16]
        0x48, 0x8b, 0x36,                   // mov rsi, [rsi]
        0x48, 0x8b, 0x53, 0x18,             // mov rdx, [rbx + 24]
        0x48, 0x8b, 0x12,                   // mov rdx, [rdx]
        0x4c, 0x8b, 0x53, 0x20,             // mov r10, [rbx + 32]
        0x4d, 0x8b, 0x12,                   // mov r10, [r10]
        0x4c, 0x8b, 0x43, 0x28,             // mov r8, [rbx + 40]
        0x4d, 0x8b, 0x00,                   // mov r8, [r8]
        0x4c, 0x8b, 0x4b, 0x30,             // mov r9, [rbx + 48]
        0x4d, 0x8b, 0x09,                   // mov r9, [r9]
        0x0f, 0x05,                         // syscall
        0x48, 0x8b, 0x4b, 0x38,             // mov rcx, [rbx + 56]
        0x48, 0x89, 0x01,                   // mov [rcx], rax
        0x48, 0x89, 0x43, 0x40,             // mov [rbx + 64], rax
        0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff, // cmp rax, -4095
        0x73, 0x0b,                         // jae error
        0x48, 0x85, 0xc0,                   // test rax, rax
        0x74, 0x0c,                         // jz zero
        0x48, 0x8b, 0x5b, 0x58,             // mov rbx, [rbx + 88]
        0xeb, 0xae,                         // jmp next
        0x48, 0x8b, 0x5b, 0x48,             // error: mov rbx, [rbx + 72]
        0xeb, 0xa8,                         // jmp next
        0x48, 0x8b, 0x5b, 0x50,             // zero: mov rbx, [rbx + 80]
        0xeb, 0xa2,                         // jmp next
        0x5b,                               // end: pop rbx
        0xc3,                               // ret
    ];

    private static readonly Lazy<nint> s_code = new(Load);

    /// <summary>Why it cannot run here; null when it can.</summary>
    internal static string? Problem =>
        RuntimeInformation.ProcessArchitecture != Architecture.X64 ? $"this is made for x86-64 only; this machine is {RuntimeInformation.ProcessArchitecture}."
        : s_code.Value == 0 ? "the host may not make memory executable, which a security module forbids."
        : null;

    /// <summary>Makes the calls, until there is no next one.</summary>
    internal static void Run(SystemCall* first) => ((delegate* unmanaged<SystemCall*, void>)s_code.Value)(first);

    /// <summary>Never writable and executable together.</summary>
    private static nint Load()
    {
        nint page = Libc.Call(KernelCalls.MapMemory, 0, PageBytes, Read | Write, Private | Anonymous, -1);
        if (page is -1 or 0)
        {
            return 0;
        }

        X64.CopyTo(new Span<byte>((void*)page, PageBytes));
        return Libc.Call(KernelCalls.ProtectMemory, page, PageBytes, Read | Execute) == 0 ? page : 0;
    }
}
