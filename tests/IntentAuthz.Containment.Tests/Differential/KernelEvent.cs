namespace IntentAuthz.Containment.Tests;

/// <summary>What the kernel was asked for.</summary>
internal enum KernelEventKind
{
    Read,
    Write,
    Delete,
    Execute,
    Connect,

    /// <summary>A directory is opened, to list it or to reach what lies in it.</summary>
    Directory,

    /// <summary>A directory is made.</summary>
    MakeDirectory,
}

/// <summary>One thing that the kernel was asked for and did.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Target">An absolute path, or <c>host:port</c>.</param>
/// <param name="Line">The line of the trace.</param>
internal sealed record KernelEvent(KernelEventKind Kind, string Target, string Line);
