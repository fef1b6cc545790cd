using IntentAuthz;
using IntentAuthz.SemanticKernel;

using Microsoft.SemanticKernel;

namespace Quickstart.Agent;

/// <summary>Keeps the decisions by which calls were refused, so that a person can ask why. The model gets none of this.</summary>
internal sealed class RefusedCalls : IAutoFunctionInvocationFilter
{
    internal List<Decision> Decisions { get; } = [];

    public async Task OnAutoFunctionInvocationAsync(AutoFunctionInvocationContext context, Func<AutoFunctionInvocationContext, Task> next)
    {
        await next(context);
        if (context.Result.GetGuardResult() is { Decision: { Outcome: DecisionOutcome.Deny } refused })
        {
            Decisions.Add(refused);
        }
    }
}
