using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What a task and its sub-tasks have used of the task's budget. Reserving takes from this task and every task above it, or from none.
/// Safe for use by many threads.
/// </summary>
internal sealed partial class BudgetLedger(TaskBudget budget, BudgetLedger? parent, TaskId task)
{
    private readonly Lock _counting = new(); // protects what follows
    private readonly long[] _callsOf = new long[budget.CallsOf.Length];
    private readonly decimal[] _spent = new decimal[budget.Spends.Length];
    private readonly Dictionary<EntityUid, int> _resources = []; // with how many calls have touched each, so that one given back is not lost to another
    private long _calls;

    /// <summary>Takes what one call uses.</summary>
    /// <returns>Null, or why there is not enough left; nothing is taken then.</returns>
    internal string? TryReserve(ToolDescriptor tool, CallArguments arguments, ImmutableArray<Entity> resources)
    {
        for (BudgetLedger? ledger = this; ledger is not null; ledger = ledger.Parent)
        {
            if (ledger.TryTake(tool, arguments, resources) is { } reason)
            {
                for (BudgetLedger taken = this; taken != ledger; taken = taken.Parent!)
                {
                    taken.Give(tool, arguments, resources);
                }

                return reason;
            }
        }

        return null;
    }

    /// <summary>Gives back what a call had reserved: only for a call that never entered its tool.</summary>
    internal void GiveBack(ToolDescriptor tool, CallArguments arguments, ImmutableArray<Entity> resources)
    {
        for (BudgetLedger? ledger = this; ledger is not null; ledger = ledger.Parent)
        {
            ledger.Give(tool, arguments, resources);
        }
    }

    /// <summary>Whether another call of a tool could still be paid for, whatever its arguments.</summary>
    internal bool HasRoomFor(ToolDescriptor tool)
    {
        for (BudgetLedger? ledger = this; ledger is not null; ledger = ledger.Parent)
        {
            lock (ledger._counting)
            {
                if (ledger.WhyNoCall(tool) is not null)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private BudgetLedger? Parent => parent;

    private string? TryTake(ToolDescriptor tool, CallArguments arguments, ImmutableArray<Entity> resources)
    {
        if (budget.IsUnlimited)
        {
            return null;
        }

        lock (_counting)
        {
            string? reason = WhyNoCall(tool) ?? WhyNoSpending(tool, arguments) ?? WhyNoResource(resources);
            if (reason is null)
            {
                Count(tool, arguments, resources, 1);
            }

            return reason;
        }
    }

    private void Give(ToolDescriptor tool, CallArguments arguments, ImmutableArray<Entity> resources)
    {
        if (budget.IsUnlimited)
        {
            return;
        }

        lock (_counting)
        {
            Count(tool, arguments, resources, -1);
        }
    }

    private string? WhyNoCall(ToolDescriptor tool)
    {
        if (_calls >= budget.Calls)
        {
            return $"Task {task} may make {budget.Calls} calls, its sub-tasks included, and has made them.";
        }

        for (int i = 0; i < _callsOf.Length; i++)
        {
            if (Concerns(budget.CallsOf[i].Action, tool) && _callsOf[i] >= budget.CallsOf[i].Most)
            {
                return $"Task {task} may make {budget.CallsOf[i].Most} calls of {budget.CallsOf[i].Action}, its sub-tasks included, and has made them.";
            }
        }

        return null;
    }

    private string? WhyNoSpending(ToolDescriptor tool, CallArguments arguments)
    {
        for (int i = 0; i < _spent.Length; i++)
        {
            SpendLimit limit = budget.Spends[i];
            if (!Concerns(limit.Actions, tool))
            {
                continue;
            }

            if (limit.AmountOf(arguments) is not { } amount)
            {
                return $"Task {task} has a budget for '{limit.Argument}', and this '{limit.Argument}' is no number that can be added up.";
            }

            if (amount > limit.Most - _spent[i])
            {
                return $"Task {task} may spend {limit.Most} of '{limit.Argument}' in all, its sub-tasks included; {limit.Most - _spent[i]} is left.";
            }
        }

        return null;
    }

    private string? WhyNoResource(ImmutableArray<Entity> resources)
    {
        if (budget.Resources is not { } most)
        {
            return null;
        }

        int more = resources.Select(static r => r.Uid).Distinct().Count(uid => !_resources.ContainsKey(uid) && !IsFromBefore(uid));
        int touched = _resources.Count + (_before?.Count ?? 0);
        return touched + more > most
            ? $"Task {task} may touch {most} different resources, its sub-tasks included, and has touched {touched}."
            : null;
    }

    private void Count(ToolDescriptor tool, CallArguments arguments, ImmutableArray<Entity> resources, int calls)
    {
        _calls += calls;
        for (int i = 0; i < _callsOf.Length; i++)
        {
            _callsOf[i] += Concerns(budget.CallsOf[i].Action, tool) ? calls : 0;
        }

        for (int i = 0; i < _spent.Length; i++)
        {
            _spent[i] += Concerns(budget.Spends[i].Actions, tool) ? calls * budget.Spends[i].AmountOf(arguments)!.Value : 0;
        }

        if (budget.Resources is null)
        {
            return;
        }

        foreach (EntityUid uid in resources.Select(static r => r.Uid).Distinct())
        {
            if (IsFromBefore(uid))
            {
                continue;
            }

            int touched = _resources.GetValueOrDefault(uid) + calls;
            if (touched > 0)
            {
                _resources[uid] = touched;
            }
            else
            {
                _resources.Remove(uid);
            }
        }
    }

    private static bool Concerns(ImmutableArray<string> actions, ToolDescriptor tool) => actions.IsEmpty || actions.Any(a => Concerns(a, tool));

    private static bool Concerns(string action, ToolDescriptor tool) =>
        tool.Action.Id == action || tool.ActionGroups.Any(g => g.Id == action);
}
