using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntentAuthz.Cedar.Differential.Reference;

/// <summary>The reference implementation in one process for the whole run. Questions may be asked before earlier ones are answered.</summary>
internal sealed class ReferenceProcess : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly JsonSerializerOptions AsTheyAre = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Process _process;
    private readonly ConcurrentQueue<TaskCompletionSource<IReadOnlyList<string>>> _waiting = new();
    private readonly StringBuilder _errors = new();

    private ReferenceProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        _ = Task.Run(ReadAsync);
    }

    public static ReferenceProcess Start() => new(Process.Start(new ProcessStartInfo("node", ["reference.js"])
    {
        WorkingDirectory = ReferenceInstallation.Directory,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = Utf8,
        StandardOutputEncoding = Utf8,
    })!);

    /// <summary>Asks; the answers are JSON, one a call. For one caller at a time.</summary>
    public Task<IReadOnlyList<string>> AskAsync(IEnumerable<ReferenceCall> calls)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(answer);
        _process.StandardInput.Write(JsonSerializer.Serialize(calls.Select(call => new[] { call.Function, call.Argument }), AsTheyAre));
        _process.StandardInput.Write('\n');
        _process.StandardInput.Flush();
        return answer.Task;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (_waiting.TryDequeue(out var next))
            {
                next.SetResult(JsonSerializer.Deserialize<string[]>(line)!);
            }
        }

        while (_waiting.TryDequeue(out var unanswered))
        {
            unanswered.SetException(new InvalidOperationException($"The reference ended without an answer: {_errors}"));
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
