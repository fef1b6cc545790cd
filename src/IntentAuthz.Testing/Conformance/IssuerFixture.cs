namespace IntentAuthz.Testing;

/// <summary>What the conformance suite needs to know of an issuer and its back end.</summary>
public sealed class IssuerFixture
{
    private readonly Dictionary<string, string> _exempt = new(StringComparer.Ordinal);

    /// <summary>Makes an instance of the issuer, each over the same back end. Another one stands for the process after a restart, so it shares nothing with the first but the back end.</summary>
    public required Func<ICredentialIssuer> CreateIssuer { get; init; }

    /// <summary>A profile of it, with two scopes or more where the back end tells scopes apart.</summary>
    public required CredentialProfile Profile { get; init; }

    /// <summary>Shows a credential to the target service and says whether it is taken. For an introspected one it asks as services do.</summary>
    public required Func<LeasedCredential, CancellationToken, ValueTask<bool>> IsHonoured { get; init; }

    /// <summary>Tries to use one scope of a credential at the target service; null where scopes cannot be told apart there.</summary>
    public Func<LeasedCredential, string, CancellationToken, ValueTask<bool>>? CanUse { get; init; }

    /// <summary>A scope that the issuer must refuse; null where any is fine.</summary>
    public string? UnknownScope { get; init; }

    /// <summary>The issuer's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Lets time pass for issuer and back end; null to wait, which is right for the system's clock. For a <see cref="FakeClock"/>, advance it.</summary>
    public Func<TimeSpan, CancellationToken, ValueTask>? Pass { get; init; }

    /// <summary>The life that is asked for where the suite waits for its end. Long enough to issue and to look once.</summary>
    public TimeSpan ShortLife { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How much later than <see cref="IssueResult.ExpiresAt"/> the back end may notice the end: its clock's unit.</summary>
    public TimeSpan EndsWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest a rule may take on the system's clock.</summary>
    public TimeSpan RuleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    internal IReadOnlyDictionary<string, string> Exemptions => _exempt;

    /// <summary>Says that a rule does not hold for this issuer, and why. The report shows it.</summary>
    /// <param name="rule">One of <see cref="IssuerRules"/>.</param>
    /// <param name="why">Why its users can live with that.</param>
    /// <exception cref="ArgumentException">There is no such rule, or no reason is given.</exception>
    public IssuerFixture Exempt(string rule, string why)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        if (!IssuerRules.All.Contains(rule))
        {
            throw new ArgumentException($"There is no rule '{rule}'; there are: {string.Join("; ", IssuerRules.All)}.", nameof(rule));
        }

        _exempt[rule] = why;
        return this;
    }
}
