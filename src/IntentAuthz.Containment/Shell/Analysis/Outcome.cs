namespace IntentAuthz.Containment;

/// <summary>What is known after a command.</summary>
/// <param name="Success">If it succeeded; null if it cannot have.</param>
/// <param name="Failure">If it failed; null if it cannot have.</param>
internal readonly record struct Outcome(ShellState? Success, ShellState? Failure)
{
    /// <summary>Nothing runs after it, as after <c>exit</c>.</summary>
    public static Outcome None => default;

    /// <summary>Either way.</summary>
    public ShellState? Any => ShellState.Join(Success, Failure);

    public static Outcome Both(ShellState? state) => new(state, state);

    public static Outcome Join(Outcome left, Outcome right) => new(ShellState.Join(left.Success, right.Success), ShellState.Join(left.Failure, right.Failure));
}
