using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>
/// A network namespace whose loopback device has addresses that this machine does not have, so that an attempt at them can be shown to come off
/// without a packet that leaves the machine. Sockets and programs are of the thread that makes them, so one thread does.
/// </summary>
internal sealed partial class OwnNetwork : IDisposable
{
    private const int NewNetwork = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    internal OwnNetwork(params string[] addresses)
    {
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _thread = new Thread(() =>
        {
            try
            {
                if (Unshare(NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"A network namespace could not be made ({Marshal.GetLastPInvokeErrorMessage()}).");
                }

                Run("ip", "link", "set", "lo", "up");
                foreach (string address in addresses)
                {
                    Run("ip", "addr", "add", address, "dev", "lo");
                }

                ready.SetResult();
            }
            catch (Exception e)
            {
                ready.SetException(e);
                return;
            }

            foreach (Action action in _work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "a network of its own" };
        _thread.Start();
        ready.Task.GetAwaiter().GetResult();
    }

    internal Socket Socket(AddressFamily family) => Within(() => CarelessProxy.Tcp(family));

    internal T Within<T>(Func<T> make)
    {
        TaskCompletionSource<T> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                made.SetResult(make());
            }
            catch (Exception e)
            {
                made.SetException(e);
            }
        });
        return made.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' failed: {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
