using System.Collections.Concurrent;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>The tools of the tests. Each notes what it was given, so that a test can say that it did not run.</summary>
internal sealed class Bank
{
    internal ConcurrentQueue<string> Ran { get; } = new();

    internal ConcurrentQueue<CancellationToken> Tokens { get; } = new();

    internal ConcurrentQueue<ToolInvocation> Invocations { get; } = new();

    /// <summary>What a test lets happen inside the tool.</summary>
    internal Func<Kernel, CancellationToken, Task> During { get; set; } = static (_, _) => Task.CompletedTask;

    [KernelFunction]
    public async Task<string> Transfer(string to, long amount, Kernel kernel, CancellationToken cancellationToken, string? note = null)
    {
        Ran.Enqueue(note is null ? $"{to}:{amount}" : $"{to}:{amount}:{note}");
        Tokens.Enqueue(cancellationToken);
        await During(kernel, cancellationToken);
        return $"paid {amount} to {to}";
    }

    [KernelFunction]
    public string Balance(string account)
    {
        Ran.Enqueue(account);
        return "4711";
    }

    [KernelFunction]
    public string Search(string text, int limit = 20, bool exact = true)
    {
        Ran.Enqueue($"{text}:{limit}:{exact}");
        return "nothing";
    }

    [KernelFunction]
    public string Report(ToolInvocation invocation, string period)
    {
        Ran.Enqueue(period);
        Invocations.Enqueue(invocation);
        return invocation.Credential is { } credential ? $"used {credential.Secret.Reveal()}" : "used nothing";
    }

    [KernelFunction]
    public string Upload(string name, Stream content)
    {
        using StreamReader reader = new(content);
        Ran.Enqueue($"{name}:{reader.ReadToEnd()}");
        return "stored";
    }

    [KernelFunction]
    public async IAsyncEnumerable<string> Statement(string account)
    {
        Ran.Enqueue(account);
        yield return "first ";
        await Task.Yield();
        Ran.Enqueue("second");
        yield return "second";
    }

    [KernelFunction]
    public IEnumerable<int> Entries(string account)
    {
        Ran.Enqueue(account);
        yield return 1;
        Ran.Enqueue("again");
        yield return 2;
    }

    [KernelFunction]
    public string Crash(string account)
    {
        Ran.Enqueue(account);
        throw new InvalidOperationException("connection string: Password=hunter2");
    }

    [KernelFunction]
    public Payment Describe(Payment payment)
    {
        Ran.Enqueue($"{payment.To}:{payment.Amount}");
        return payment;
    }

    /// <summary>A function of the plugin that nobody described.</summary>
    [KernelFunction]
    public string Undescribed()
    {
        Ran.Enqueue("undescribed");
        return "ran";
    }

    /// <summary>A function that is described, but that no policy permits.</summary>
    [KernelFunction]
    public string Close(string account)
    {
        Ran.Enqueue(account);
        return "closed";
    }
}
