using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// System calls that are made one after another and stop at the first error, put down before any right is given up. A thread makes them by
/// <see cref="Run"/>; a process that has none of our code makes the same ones by <see cref="CallRunner"/>. What one call results in, such as a
/// descriptor, others take as an operand by a <see cref="Cell"/>.
/// </summary>
internal sealed unsafe class CallList
{
    private readonly SystemCall* _onFailure;
    private SystemCall* _last;
    private Left* _left;

    /// <summary>Begins a list.</summary>
    /// <param name="memory">Holds it.</param>
    /// <param name="onFailure">What is called after an error; null to return.</param>
    internal CallList(NativeText memory, SystemCall* onFailure = null)
    {
        Memory = memory;
        _onFailure = onFailure;
    }

    internal NativeText Memory { get; }

    internal SystemCall* First { get; private set; }

    /// <summary>The step that calls which are added belong to.</summary>
    internal Starter.Step Step { get; set; }

    /// <summary>A word of native memory.</summary>
    internal readonly struct Cell(nint* at)
    {
        internal nint* At => at;

        internal nint Value => Volatile.Read(ref *at);

        internal void Set(nint value) => Volatile.Write(ref *at, value);
    }

    /// <summary>A constant, or what is in a cell when the call is made.</summary>
    internal readonly struct Operand(nint constant, nint* cell)
    {
        internal nint Constant => constant;

        internal nint* Cell => cell;

        public static implicit operator Operand(nint constant) => new(constant, null);

        public static implicit operator Operand(Cell cell) => new(0, cell.At);
    }

    /// <summary>A descriptor that the list opens and closes; what is left open by a failure is closed by <see cref="CloseLeft"/>.</summary>
    private struct Left
    {
        internal nint* Descriptor;
        internal Left* Next;
    }

    /// <summary>Adds a call that must not fail.</summary>
    internal SystemCall* Add(int number, params ReadOnlySpan<Operand> operands) => Append(number, mayFail: false, operands);

    /// <summary>Adds a call whose error does not matter.</summary>
    internal SystemCall* Try(int number, params ReadOnlySpan<Operand> operands) => Append(number, mayFail: true, operands);

    /// <summary>Adds a call that must not fail, and puts its result into a cell.</summary>
    internal SystemCall* Into(Cell cell, int number, params ReadOnlySpan<Operand> operands)
    {
        SystemCall* call = Append(number, mayFail: false, operands);
        call->Into = cell.At;
        return call;
    }

    /// <summary>Adds a call that opens a descriptor, which <see cref="Close"/> closes.</summary>
    internal Cell Open(int number, params ReadOnlySpan<Operand> operands)
    {
        Cell cell = new((nint*)Memory.Allocate(sizeof(nint)));
        Open(cell, number, operands);
        return cell;
    }

    internal void Open(Cell cell, int number, params ReadOnlySpan<Operand> operands)
    {
        Left* left = (Left*)Memory.Allocate(sizeof(Left));
        left->Descriptor = cell.At;
        left->Next = _left;
        _left = left;
        _ = Into(cell, number, operands);
    }

    /// <summary>Closes a descriptor; its cell holds 0 then.</summary>
    internal void Close(Cell descriptor) => _ = Into(descriptor, KernelCalls.Close, descriptor);

    /// <summary>Makes a call the next one after the last, whatever that resulted in.</summary>
    internal void ContinueWith(SystemCall* next)
    {
        _last->AfterZero = _last->AfterMore = next;
        _last->AfterError = _last->MayFail != 0 ? next : _last->AfterError;
    }

    /// <summary>Makes the calls on this thread. Makes no managed object.</summary>
    /// <returns>An error or 0.</returns>
    internal int Run(out Starter.Step step)
    {
        step = default;
        for (SystemCall* call = First; call != null;)
        {
            nint result = Libc.Call(call->Number, *call->First, *call->Second, *call->Third, *call->Fourth, *call->Fifth, *call->Sixth);
            result = result < 0 ? -Marshal.GetLastPInvokeError() : result;
            (*call->Into, call->Result, step) = (result, result, (Starter.Step)call->Step);
            if (call->Error is not 0 and int error)
            {
                CloseLeft();
                return error;
            }

            call = result < 0 ? call->AfterError : result == 0 ? call->AfterZero : call->AfterMore;
        }

        return 0;
    }

    /// <summary>The first call that failed, of those that were made.</summary>
    internal int Failure(out Starter.Step step)
    {
        for (SystemCall* call = First; call != null; call = call->Next)
        {
            if (call->Error is not 0 and int error)
            {
                step = (Starter.Step)call->Step;
                return error;
            }
        }

        step = default;
        return 0;
    }

    internal void CloseLeft()
    {
        for (Left* left = _left; left != null; left = left->Next)
        {
            if (*left->Descriptor > 0)
            {
                _ = Libc.Close((int)*left->Descriptor);
                *left->Descriptor = 0;
            }
        }
    }

    private SystemCall* Append(int number, bool mayFail, ReadOnlySpan<Operand> operands)
    {
        const int Operands = 6;
        SystemCall* call = (SystemCall*)Memory.Allocate(sizeof(SystemCall) + (Operands * sizeof(nint)));
        nint* constants = (nint*)(call + 1);
        nint** places = &call->First;
        for (int i = 0; i < Operands; i++)
        {
            constants[i] = i < operands.Length ? operands[i].Constant : 0;
            places[i] = i < operands.Length && operands[i].Cell != null ? operands[i].Cell : constants + i;
        }

        (call->Number, call->Step, call->MayFail) = (number, (nint)Step, mayFail ? 1 : 0);
        call->Into = &call->Result;
        call->AfterError = mayFail ? null : _onFailure;
        if (_last != null)
        {
            ContinueWith(call);
            _last->Next = call;
        }
        else
        {
            First = call;
        }

        _last = call;
        return call;
    }
}
