using System.Runtime.InteropServices;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The filter's program, run as the kernel runs it.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = 0x7fff_0000, Kill = 0x8000_0000, Notify = 0x7fc0_0000, Refused = 0x0005_0000;
    private static readonly uint s_architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 0xC000_003E : 0xC000_00B7;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void For_EveryNumber_AnswersAsTheListsSay(bool internet, bool sharedByKey)
    {
        Dictionary<int, uint> expected = [];
        Add(SystemCalls.Allowed, Allow);
        Add(SystemCalls.SharedByKey, sharedByKey ? Allow : Refused | 1);
        Add(SystemCalls.Denied, Refused | 1);
        HashSet<int> byArguments = [.. new[]
        {
            SystemCalls.Fchdir, SystemCalls.SocketPair, SystemCalls.Socket, SystemCalls.Clone, SystemCalls.Ioctl, SystemCalls.Personality, SystemCalls.MemfdCreate,
            SystemCalls.ExecveAt, SystemCalls.Mknod, SystemCalls.MknodAt, SystemCalls.RenameAt2, SystemCalls.Prlimit,
            SystemCalls.Chmod, SystemCalls.Fchmod, SystemCalls.FchmodAt, SystemCalls.FchmodAt2, SystemCalls.Creat, SystemCalls.Open, SystemCalls.OpenAt,
        }.Select(static c => c.Here)];

        for (int number = 0; number < 2000; number++)
        {
            if (!byArguments.Contains(number) || expected.ContainsKey(number))
            {
                uint answer = Run(internet, sharedByKey, s_architecture, (uint)number);
                Assert.True(answer == expected.GetValueOrDefault(number, Refused | 38), $"System call {number} is answered {answer:x}.");
            }
        }

        void Add(ReadOnlySpan<SystemCalls.Number> calls, uint answer)
        {
            foreach (SystemCalls.Number call in calls)
            {
                expected.TryAdd(call.Here, answer);
            }
        }
    }

    [Fact]
    public void For_ArgumentsThatDecide_AnswersByThem()
    {
        Assert.Equal(Notify, With(SystemCalls.Fchdir, SeccompFilter.GateDescriptor));
        Assert.Equal(Allow, With(SystemCalls.Fchdir, 3));
        Assert.Equal(Refused | 13, With(SystemCalls.Socket, 2, 1, 0));
        Assert.Equal(Allow, With(SystemCalls.Socket, internet: true, 2, 0x80001, 0));
        Assert.Equal(Allow, With(SystemCalls.Socket, internet: true, 10, 1, 6));
        Assert.Equal(Refused | 13, With(SystemCalls.Socket, internet: true, 2, 1, 262)); // MPTCP
        Assert.Equal(Refused | 13, With(SystemCalls.Socket, internet: true, 2, 2, 0));
        Assert.Equal(Refused | 13, With(SystemCalls.Socket, internet: true, 1, 1, 0));
        Assert.Equal(Allow, With(SystemCalls.SocketPair, 1));
        Assert.Equal(Refused | 1, With(SystemCalls.SocketPair, 2));
        Assert.Equal(Allow, With(SystemCalls.Clone, 0x11));
        Assert.Equal(Refused | 1, With(SystemCalls.Clone, 0x1000_0011));
        Assert.Equal(Refused | 1, With(SystemCalls.Clone, 0x8011));
        Assert.Equal(Refused | 1, With(SystemCalls.Ioctl, 0, 0x5412));
        Assert.Equal(Allow, With(SystemCalls.Ioctl, 0, 0x5413));
        Assert.Equal(Allow, With(SystemCalls.MemfdCreate, 0, 8));
        Assert.Equal(Refused | 1, With(SystemCalls.MemfdCreate, 0, 1));
        Assert.Equal(Refused | 1, With(SystemCalls.ExecveAt, 0, 0, 0, 0, 0x1000));
        Assert.Equal(Refused | 1, With(SystemCalls.MknodAt, 0, 0, 0x2180));
        Assert.Equal(Allow, With(SystemCalls.MknodAt, 0, 0, 0x81a4));
        Assert.Equal(Refused | 1, With(SystemCalls.MknodAt, 0, 0, 0x89ed));
        Assert.Equal(Refused | 1, With(SystemCalls.Prlimit, 1));
        Assert.Equal(Allow, With(SystemCalls.Fchmod, 3, 0x1ed)); // 0755
        Assert.Equal(Refused | 1, With(SystemCalls.Fchmod, 3, 0x9ed)); // 04755
        Assert.Equal(Refused | 1, With(SystemCalls.FchmodAt, 0, 0, 0x5ed)); // 02755
        Assert.Equal(Refused | 1, With(SystemCalls.FchmodAt2, 0, 0, 0x9ed));
        Assert.Equal(Allow, With(SystemCalls.OpenAt, 0, 0, 0x41, 0x1a4)); // made, 0644
        Assert.Equal(Refused | 1, With(SystemCalls.OpenAt, 0, 0, 0x41, 0x9ed));
        Assert.Equal(Refused | 1, With(SystemCalls.OpenAt, 0, 0, 0x41_0002, 0x9ed)); // without a name
        Assert.Equal(Allow, With(SystemCalls.OpenAt, 0, 0, 0, 0x9ed)); // nothing is made, so the mode is whatever stands in the register
        Assert.Equal(Allow, With(SystemCalls.OpenAt, 0, 0, 0x1_0000, 0x9ed)); // a directory, whose flag shares a bit with O_TMPFILE's
    }

    [Fact]
    public void For_AnotherArchitectureOrNumbersOfX32_EndsTheProcess()
    {
        Assert.Equal(Kill, Run(false, false, 0x4000_0003, 0));
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Assert.Equal(Kill, Run(false, false, s_architecture, 0x4000_0000));
            Assert.Equal(Kill, Run(false, false, s_architecture, uint.MaxValue));
        }
    }

    private static uint With(SystemCalls.Number call, params ulong[] arguments) => With(call, internet: false, arguments);

    private static uint With(SystemCalls.Number call, bool internet, params ulong[] arguments) => Run(internet, false, s_architecture, (uint)call.Here, arguments);

    private static uint Run(bool internet, bool sharedByKey, uint architecture, uint number, params ulong[] arguments)
    {
        byte[] data = new byte[64];
        BitConverter.TryWriteBytes(data, number);
        BitConverter.TryWriteBytes(data.AsSpan(4), architecture);
        for (int i = 0; i < arguments.Length; i++)
        {
            BitConverter.TryWriteBytes(data.AsSpan(16 + (8 * i)), arguments[i]);
        }

        uint accumulator = 0;
        for (int at = 0; ; at++)
        {
            SeccompFilter.Instruction now = SeccompFilter.For(internet, sharedByKey)[at];
            switch (now.Code)
            {
                case 0x20:
                    accumulator = BitConverter.ToUInt32(data, (int)now.Value);
                    break;
                case 0x54:
                    accumulator &= now.Value;
                    break;
                case 0x05:
                    at += (int)now.Value;
                    break;
                case 0x15:
                    at += accumulator == now.Value ? now.IfTrue : now.IfFalse;
                    break;
                case 0x35:
                    at += accumulator >= now.Value ? now.IfTrue : now.IfFalse;
                    break;
                case 0x45:
                    at += (accumulator & now.Value) != 0 ? now.IfTrue : now.IfFalse;
                    break;
                case 0x06:
                    return now.Value;
                default:
                    Assert.Fail($"The instruction {now.Code:x} at {at} is not known.");
                    break;
            }
        }
    }
}
