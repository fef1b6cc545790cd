using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>One call in a <see cref="CallList"/>, in native memory. The machine code of <see cref="CallRunner"/> knows the first twelve words by their places.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SystemCall
{
    internal nint Number;
    internal nint* First;
    internal nint* Second;
    internal nint* Third;
    internal nint* Fourth;
    internal nint* Fifth;
    internal nint* Sixth;

    /// <summary>Where its result is wanted; a negative one is an error.</summary>
    internal nint* Into;

    internal nint Result;

    /// <summary>What is called after an error, null for nothing more; likewise after 0 and after what is more than 0.</summary>
    internal SystemCall* AfterError;
    internal SystemCall* AfterZero;
    internal SystemCall* AfterMore;

    internal nint Step;
    internal nint MayFail;
    internal SystemCall* Next;

    private const int HighestError = 4095;

    /// <summary>The error that it ended with, if that stops the list; else 0.</summary>
    internal readonly int Error => MayFail == 0 && Result is < 0 and >= -HighestError ? (int)-Result : 0;
}
