namespace IntentAuthz.Containment;

/// <summary>Words for what stopped a start.</summary>
internal static class StartFailure
{
    internal static string Words(Starter.Step step, int error, ProcessStart? start) => step switch
    {
        Starter.Step.Program when error == Libc.ENOENT => $"'{start?.Program}' is not there, or its interpreter is not.",
        Starter.Step.Program when error == Libc.EACCES => $"'{start?.Program}' may not be executed: it is not among Executes, or its mode does not allow it.",
        Starter.Step.Program when error == Libc.EPERM => $"The start of '{start?.Program}' was ended before it ran.",
        Starter.Step.Program => $"'{start?.Program}' could not be executed ({Libc.Reason(error)}).",
        Starter.Step.Directory => $"The working directory '{start?.WorkingDirectory}' cannot be entered ({Libc.Reason(error)}).",
        Starter.Step.Holder => $"The PID namespace's first process, /bin/sh, could not be started ({Libc.Reason(error)}).",
        _ => $"Containing the process failed at the step {step} ({Libc.Reason(error)}); nothing was run.",
    };
}
