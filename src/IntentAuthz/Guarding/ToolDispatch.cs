namespace IntentAuthz;

/// <summary>Runs the tool. Called at most once, after everything was decided, with exactly what was decided on.</summary>
/// <param name="invocation">The decided arguments and the credential.</param>
/// <param name="cancellationToken">Cancelled when the caller cancels or the call's authority is taken away; the tool must stop then.</param>
public delegate ValueTask<ToolResult> ToolDispatch(ToolInvocation invocation, CancellationToken cancellationToken);
