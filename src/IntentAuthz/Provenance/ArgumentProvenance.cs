namespace IntentAuthz;

/// <summary>Where one argument's value came from, as far as its own role goes.</summary>
/// <param name="Role">What a wrong value would change.</param>
/// <param name="Found">The worst over its parts.</param>
/// <param name="Carries">Whether it leads somebody to an address, or states a fact in a stranger's own words, that nobody trusted has given.</param>
internal readonly record struct ArgumentProvenance(ArgumentRole Role, Finding Found, bool Carries)
{
    internal ValueSource Source => Found.Source;

    /// <summary>Whether the value stands in the request or the task's parameters, or somebody said yes to it.</summary>
    internal bool IsNamed => Source >= ValueSource.Endorsed;

    /// <summary>Whether it is named, or is tied to the request by arithmetic or by a trusted listing.</summary>
    internal bool IsLinked => IsNamed || (Source >= ValueSource.TrustedResult && Found.Link is ValueLink.Linked or ValueLink.Extreme or ValueLink.Derived);

    /// <summary>Whether something is known against it that was not known against the other: a worse source, a tie that is gone, a stranger who speaks of it.</summary>
    internal bool IsWorseThan(ArgumentProvenance shown) =>
        Source < shown.Source || (shown.IsLinked && !IsLinked) || (Found.IsContested && !shown.Found.IsContested) || (Carries && !shown.Carries);

    /// <summary>What an approver is shown of it.</summary>
    public override string ToString() =>
        $"from: {Source.Name()}{(Found.Link == ValueLink.None ? "" : $", {Found.Link.Name()}")}{(Found.IsContested ? ", a stranger speaks of it" : "")}{(Carries ? ", leads to what nobody trusted has given" : "")}";

    /// <summary>Whether it comes from the request, the host or a source the host vouches for.</summary>
    internal static bool IsTrusted(ValueSource source) => source >= ValueSource.TrustedResult;
}
