using System.Collections.Immutable;
using System.Globalization;

namespace IntentAuthz;

/// <summary>
/// How much a task may do, over all its calls and those of its sub-tasks: part of its mandate. A place is reserved before a tool runs, so
/// that calls in parallel cannot race past a limit, and given back only if the tool was never entered. Immutable; each method answers a
/// new budget.
/// </summary>
public sealed class TaskBudget
{
    private TaskBudget(long? calls, ImmutableArray<CallLimit> callsOf, ImmutableArray<SpendLimit> spends, int? resources, TimeSpan? time)
    {
        Calls = calls;
        CallsOf = callsOf;
        Spends = spends;
        Resources = resources;
        Time = time;
    }

    /// <summary>The most different resources a budget can count: each is remembered.</summary>
    public const int MostResources = 100_000;

    /// <summary>The budget without limits.</summary>
    public static TaskBudget Unlimited { get; } = new(null, [], [], null, null);

    internal long? Calls { get; }

    internal ImmutableArray<CallLimit> CallsOf { get; }

    internal ImmutableArray<SpendLimit> Spends { get; }

    internal int? Resources { get; }

    internal TimeSpan? Time { get; }

    internal bool IsUnlimited => Calls is null && CallsOf.IsEmpty && Spends.IsEmpty && Resources is null && Time is null;

    /// <summary>Limits the calls of all tools together.</summary>
    /// <param name="most">The most calls; 0 or more.</param>
    public TaskBudget WithCalls(long most) => new(NotNegative(most), CallsOf, Spends, Resources, Time);

    /// <summary>Limits the calls of one action, or of an action group, by the id that <c>Action::"…"</c> has in policy. Several limits hold side by side.</summary>
    /// <param name="action">The action or group.</param>
    /// <param name="most">The most calls; 0 or more.</param>
    public TaskBudget WithCallsOf(string action, long most) =>
        new(Calls, CallsOf.Add(new CallLimit(Identifier.Validate(action, "action"), NotNegative(most))), Spends, Resources, Time);

    /// <summary>
    /// Limits the sum of a numeric argument, such as an amount of money, over calls. An amount below zero counts as the amount above zero, so
    /// that no call can pay a budget back. A call without the argument spends nothing; one whose argument is no number is denied.
    /// </summary>
    /// <param name="argument">The name of the argument.</param>
    /// <param name="most">The greatest sum; 0 or more.</param>
    /// <param name="actions">Which actions or action groups count; all when none is named.</param>
    public TaskBudget WithSpend(string argument, decimal most, params ReadOnlySpan<string> actions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ImmutableArray<string>.Builder counted = ImmutableArray.CreateBuilder<string>(actions.Length);
        foreach (string action in actions)
        {
            counted.Add(Identifier.Validate(action, "action"));
        }

        return new(Calls, CallsOf, Spends.Add(new SpendLimit(Identifier.Validate(argument, "argument name"), most, counted.ToImmutable())), Resources, Time);
    }

    /// <summary>Limits how many different resources are touched.</summary>
    /// <param name="most">The most resources, 0 to <see cref="MostResources"/>.</param>
    public TaskBudget WithResources(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MostResources);
        return new(Calls, CallsOf, Spends, most, Time);
    }

    /// <summary>Limits how long the task lasts, from when it is opened, whatever lifetime it asks for.</summary>
    /// <param name="most">The longest life; more than zero.</param>
    public TaskBudget WithTime(TimeSpan most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(most, TimeSpan.Zero);
        return new(Calls, CallsOf, Spends, Resources, most);
    }

    /// <summary>The limits in words, for the people who approve a task and for the audit.</summary>
    public override string ToString()
    {
        IEnumerable<string> words =
        [
            .. Calls is { } calls ? [Text($"at most {calls} calls")] : (string[])[],
            .. CallsOf.Select(static c => Text($"at most {c.Most} calls of {c.Action}")),
            .. Spends.Select(static s => Text($"{s.Argument} up to {s.Most} in all{(s.Actions.IsEmpty ? "" : $" of {string.Join(", ", s.Actions)}")}")),
            .. Resources is { } resources ? [Text($"at most {resources} different resources")] : (string[])[],
            .. Time is { } time ? [Text($"for at most {time:c}")] : (string[])[],
        ];
        return string.Join(", ", words);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static long NotNegative(long most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return most;
    }
}
