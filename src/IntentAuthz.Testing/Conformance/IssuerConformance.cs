using System.Collections.Immutable;

namespace IntentAuthz.Testing;

/// <summary>
/// Checks that an issuer does what <see cref="ICredentialIssuer"/> asks of it, against its real back end, from any test framework. Every rule
/// runs, whatever came of those before it, with an instance of its own, and unmakes what it made.
/// </summary>
public static class IssuerConformance
{
    /// <summary>Runs every rule.</summary>
    /// <param name="fixture">The issuer and its back end.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>What came of every rule, none of which failed.</returns>
    /// <exception cref="PolicyAssertionException">A rule does not hold; the message lists every rule, with the reason.</exception>
    public static async Task<IssuerReport> RunAsync(IssuerFixture fixture, CancellationToken cancellationToken = default)
    {
        IssuerReport report = await TryAsync(fixture, cancellationToken).ConfigureAwait(false);
        return report.Failures.IsEmpty ? report : throw new PolicyAssertionException(report.ToString());
    }

    /// <summary>Runs every rule, and says what came of each instead of throwing.</summary>
    /// <param name="fixture">The issuer and its back end.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<IssuerReport> TryAsync(IssuerFixture fixture, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        PolicyTestHost host = PolicyTestHost.CreateBuilder(fixture.Time.GetUtcNow()).PermitOpeningTasks().Build();
        await using (host.ConfigureAwait(false))
        {
            AgentTask task = await host.OpenTaskAsync(purpose: "conformance of an issuer", cancellationToken: cancellationToken).ConfigureAwait(false);
            ImmutableArray<IssuerRuleResult>.Builder results = ImmutableArray.CreateBuilder<IssuerRuleResult>();
            foreach (string rule in IssuerRules.All)
            {
                results.Add(fixture.Exemptions.TryGetValue(rule, out string? why)
                    ? new IssuerRuleResult(rule, IssuerRuleOutcome.Exempt, why)
                    : await CheckAsync(rule, fixture, task, cancellationToken).ConfigureAwait(false));
            }

            return new IssuerReport(fixture.Profile.Issuer, results.ToImmutable());
        }
    }

    private static async Task<IssuerRuleResult> CheckAsync(string rule, IssuerFixture fixture, AgentTask task, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(fixture.RuleTimeout);
        RuleRun? run = null;
        try
        {
            run = new RuleRun(fixture, task, limit.Token);
            await RuleChecks.Of(rule)(run).WaitAsync(limit.Token).ConfigureAwait(false);
            return new IssuerRuleResult(rule, IssuerRuleOutcome.Passed, "");
        }
        catch (RuleBroken broken)
        {
            return new IssuerRuleResult(rule, broken.Outcome, broken.Message);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new IssuerRuleResult(rule, IssuerRuleOutcome.Failed, $"it took longer than {fixture.RuleTimeout}");
        }
        catch (Exception e)
        {
            return new IssuerRuleResult(rule, IssuerRuleOutcome.Failed, $"it threw {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            if (run is not null)
            {
                await run.CleanUpAsync().ConfigureAwait(false);
            }
        }
    }
}
