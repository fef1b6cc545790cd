namespace IntentAuthz.Testing;

/// <summary>What each rule does. It returns when the rule holds, and throws what does not.</summary>
internal static class RuleChecks
{
    private const int LeastSecret = 8;
    private const int AtOnce = 32;

    internal static Func<RuleRun, Task> Of(string rule) => rule switch
    {
        IssuerRules.Issues => IssuesAsync,
        IssuerRules.LongSecret => static async r => RuleRun.Demand(
            (await r.IssueAsync().ConfigureAwait(false)).Secret.Reveal().Length >= LeastSecret, $"it has fewer than {LeastSecret} characters"),
        IssuerRules.EndsAsAsked => EndsAsAskedAsync,
        IssuerRules.Expires => ExpiresAsync,
        IssuerRules.LeastScopes => LeastScopesAsync,
        IssuerRules.UnknownScope => UnknownScopeAsync,
        IssuerRules.Distinct => DistinctAsync,
        IssuerRules.OwnSecret => OwnSecretAsync,
        IssuerRules.Unmakes => UnmakesAsync,
        IssuerRules.UnmakesTwice => UnmakesTwiceAsync,
        IssuerRules.UnmakesNothing => UnmakesNothingAsync,
        IssuerRules.UnmakesFromRecord => UnmakesFromRecordAsync,
        IssuerRules.UnmakesHalfMade => UnmakesHalfMadeAsync,
        IssuerRules.Cancels => CancelsAsync,
        IssuerRules.ShowsNothing => ShowsNothingAsync,
        IssuerRules.ManyAtOnce => ManyAtOnceAsync,
        IssuerRules.Lists => ListsAsync,
        _ => RenewsAsync,
    };

    private static async Task IssuesAsync(RuleRun run)
    {
        LeasedCredential credential = await run.IssueAsync().ConfigureAwait(false);
        RuleRun.Demand(await run.IsHonouredAsync(credential).ConfigureAwait(false), "the target service does not take it");
        ICredentialIssuer another = run.Fixture.CreateIssuer();
        RuleRun.Demand(
            string.Equals(another.Name, run.Issuer.Name, StringComparison.Ordinal) && string.Equals(another.Name, run.Fixture.Profile.Issuer, StringComparison.Ordinal),
            $"it is called '{run.Issuer.Name}', another instance '{another.Name}', and the profile names '{run.Fixture.Profile.Issuer}'");
        RuleRun.Demand(another.RevocationSpeed == run.Issuer.RevocationSpeed, "another instance declares another revocation speed");
        RuleRun.Demand(run.Issuer.MaxLifetime > TimeSpan.Zero, "its longest life is not positive");
    }

    private static async Task EndsAsAskedAsync(RuleRun run)
    {
        IssueRequest request = run.Request(run.Fixture.ShortLife);
        IssueResult result = await run.AskAsync(request, run.Cancellation).ConfigureAwait(false);
        RuleRun.Demand(result.Succeeded, $"it refused: {result.Error}");
        RuleRun.Demand(result.ExpiresAt <= request.Lease.ExpiresAt, $"{request.Lease.ExpiresAt:O} was asked for, and it says {result.ExpiresAt:O}");
    }

    private static async Task ExpiresAsync(RuleRun run)
    {
        LeasedCredential credential = await run.IssueAsync(run.Fixture.ShortLife).ConfigureAwait(false);
        RuleRun.Demand(await run.IsHonouredAsync(credential).ConfigureAwait(false), "it was not honoured to begin with");
        await run.PassUntilAsync(credential.Lease.ExpiresAt).ConfigureAwait(false);
        RuleRun.Demand(!await run.IsHonouredAsync(credential).ConfigureAwait(false), "it is honoured after its lease has expired");
    }

    private static async Task LeastScopesAsync(RuleRun run)
    {
        if (run.Fixture.Profile.Scopes is not [string first, string second, ..] || run.Fixture.CanUse is not { } canUse)
        {
            throw RuleRun.NotApplicable("the fixture's profile has one scope, or CanUse is not given");
        }

        IssueRequest request = run.Request(scopes: [first]);
        IssueResult result = await run.AskAsync(request, run.Cancellation).ConfigureAwait(false);
        if (result.Succeeded)
        {
            LeasedCredential credential = run.Take(request, result);
            RuleRun.Demand(await canUse(credential, first, run.Cancellation).ConfigureAwait(false), $"'{first}' was asked for and cannot be used");
            RuleRun.Demand(!await canUse(credential, second, run.Cancellation).ConfigureAwait(false), $"'{second}' was not asked for and can be used");
        }
    }

    private static async Task UnknownScopeAsync(RuleRun run)
    {
        string unknown = run.Fixture.UnknownScope ?? throw RuleRun.NotApplicable("the fixture names no unknown scope");
        IssueResult result = await run.AskAsync(run.Request(scopes: [run.Fixture.Profile.Scopes[0], unknown]), run.Cancellation).ConfigureAwait(false);
        RuleRun.Demand(!result.Succeeded, $"it made a credential for '{unknown}'");
    }

    private static async Task DistinctAsync(RuleRun run)
    {
        LeasedCredential one = await run.IssueAsync().ConfigureAwait(false);
        LeasedCredential other = await run.IssueAsync().ConfigureAwait(false);
        RuleRun.Demand(!string.Equals(one.Secret.Reveal(), other.Secret.Reveal(), StringComparison.Ordinal), "both have the same secret");
        await run.RevokeAsync(one.Lease).ConfigureAwait(false);
        RuleRun.Demand(await run.IsHonouredAsync(other).ConfigureAwait(false), "the second ended with the first");
    }

    private static async Task OwnSecretAsync(RuleRun run)
    {
        LeasedCredential one = await run.IssueAsync().ConfigureAwait(false);
        LeasedCredential other = await run.IssueAsync().ConfigureAwait(false);
        one.Secret.Dispose();
        try
        {
            other.Secret.Use(0, static (_, _) => { });
        }
        catch (ObjectDisposedException)
        {
            throw new RuleBroken("clearing the first lease's cleared the second's");
        }
    }

    private static async Task UnmakesAsync(RuleRun run)
    {
        LeasedCredential credential = await run.IssueAsync().ConfigureAwait(false);
        await run.RevokeAsync(credential.Lease).ConfigureAwait(false);
        await run.DemandUnmadeAsync(credential, "RevokeAsync has returned").ConfigureAwait(false);
        if (run.Issuer.RevocationSpeed == RevocationSpeed.ExpiryOnly)
        {
            throw RuleRun.NotApplicable("it says that nothing stops a credential before it expires");
        }
    }

    private static async Task UnmakesTwiceAsync(RuleRun run)
    {
        LeasedCredential credential = await run.IssueAsync().ConfigureAwait(false);
        await run.RevokeAsync(credential.Lease).ConfigureAwait(false);
        await run.RevokeAsync(credential.Lease).ConfigureAwait(false);
        await run.DemandUnmadeAsync(credential, "it was unmade twice").ConfigureAwait(false);
    }

    private static async Task UnmakesNothingAsync(RuleRun run)
    {
        Lease lease = run.Request().Lease;
        await run.RevokeAsync(lease).ConfigureAwait(false);
        await run.RevokeAsync(lease with { Handle = null }).ConfigureAwait(false);
    }

    private static async Task UnmakesFromRecordAsync(RuleRun run)
    {
        LeasedCredential credential = await run.IssueAsync().ConfigureAwait(false);
        ICredentialIssuer another = run.Fixture.CreateIssuer();
        await run.RevokeAsync(credential.Lease with { Profile = "a profile that is gone", State = LeaseState.Revoking }, another).ConfigureAwait(false);
        await run.DemandUnmadeAsync(credential, "another instance unmade it").ConfigureAwait(false);
    }

    private static async Task UnmakesHalfMadeAsync(RuleRun run)
    {
        IssueRequest request = run.Request();
        RuleRun.Demand(
            string.Equals(request.Lease.Handle, run.Issuer.GetHandle(request), StringComparison.Ordinal), "it says another handle when it is asked again");
        IssueResult result = await run.AskAsync(request, run.Cancellation).ConfigureAwait(false);
        RuleRun.Demand(result.Succeeded, $"it refused: {result.Error}");
        LeasedCredential credential = run.Take(request, result);

        // As after a crash: what it answered was never written down.
        await run.RevokeAsync(request.Lease, run.Fixture.CreateIssuer()).ConfigureAwait(false);
        await run.DemandUnmadeAsync(credential, "it was unmade by the handle said before").ConfigureAwait(false);
    }

    private static async Task CancelsAsync(RuleRun run)
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync().ConfigureAwait(false);
        try
        {
            await run.AskAsync(run.Request(), cancelled.Token).ConfigureAwait(false);
            throw new RuleBroken("it made a credential with a token that was cancelled before");
        }
        catch (OperationCanceledException)
        {
            // as it should
        }

        for (int i = 0; i < 8; i++)
        {
            using CancellationTokenSource during = new(TimeSpan.FromMilliseconds(i));
            IssueRequest request = run.Request();
            LeasedCredential? late = null;
            try
            {
                IssueResult result = await run.AskAsync(request, during.Token).ConfigureAwait(false);
                late = result.Succeeded ? run.Take(request, result) : null;
            }
            catch (OperationCanceledException)
            {
                // it may have been made all the same
            }

            await run.RevokeAsync(request.Lease).ConfigureAwait(false);
            if (late is not null)
            {
                await run.DemandUnmadeAsync(late, "making it was cancelled").ConfigureAwait(false);
            }

            if (run.Issuer is IListingIssuer listing)
            {
                RuleRun.Demand(!await IsListedAsync(run, listing, request.Lease.Id).ConfigureAwait(false), "it is listed after making it was cancelled and it was unmade");
            }
        }
    }

    private static async Task ShowsNothingAsync(RuleRun run)
    {
        IssueRequest request = run.Request();
        IssueResult result = await run.AskAsync(request, run.Cancellation).ConfigureAwait(false);
        RuleRun.Demand(result.Succeeded, $"it refused: {result.Error}");
        LeasedCredential credential = run.Take(request, result);
        string secret = credential.Secret.Reveal();
        (string Where, string? Text)[] texts =
        [
            ("the handle said before", request.Lease.Handle),
            ("the handle", credential.Lease.Handle),
            ("the user name", result.UserName),
            ("the issuer's ToString()", run.Issuer.ToString()),
            ("the result's ToString()", result.ToString()),
            ("the presentation's ToString()", result.Presentation.ToString()),
        ];
        foreach ((string where, string? text) in texts)
        {
            RuleRun.Demand(text?.Contains(secret, StringComparison.OrdinalIgnoreCase) != true, $"{where} holds it");
        }
    }

    private static async Task ManyAtOnceAsync(RuleRun run)
    {
        LeasedCredential[] all = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => run.IssueAsync()))).ConfigureAwait(false);
        bool[] honoured = await Task.WhenAll(all.Select(run.IsHonouredAsync)).ConfigureAwait(false);
        RuleRun.Demand(honoured.All(static h => h), $"{honoured.Count(static h => !h)} of {AtOnce} are not honoured");
        await Task.WhenAll(all.Select(c => Task.Run(() => run.RevokeAsync(c.Lease)))).ConfigureAwait(false);
        foreach (LeasedCredential credential in all)
        {
            await run.DemandUnmadeAsync(credential, $"{AtOnce} were unmade at once").ConfigureAwait(false);
        }
    }

    private static async Task ListsAsync(RuleRun run)
    {
        IListingIssuer listing = run.Issuer as IListingIssuer ?? throw RuleRun.NotApplicable("it is no IListingIssuer");
        LeasedCredential kept = await run.IssueAsync().ConfigureAwait(false);
        LeasedCredential unmade = await run.IssueAsync().ConfigureAwait(false);
        LeaseId never = run.Request().Lease.Id;
        await run.RevokeAsync(unmade.Lease).ConfigureAwait(false);

        FoundCredential? found = null;
        await foreach (FoundCredential each in listing.ListAsync(run.Cancellation).ConfigureAwait(false))
        {
            RuleRun.Demand(each.Lease != unmade.Lease.Id, "it lists what was unmade");
            RuleRun.Demand(each.Lease != never, "it lists what was never made");
            found = each.Lease == kept.Lease.Id ? each : found;
        }

        RuleRun.Demand(found is not null, "it does not list what lives");
        await run.RevokeAsync(kept.Lease with { Handle = found!.Value.Handle }, run.Fixture.CreateIssuer()).ConfigureAwait(false);
        await run.DemandUnmadeAsync(kept, "it was unmade by the handle that was listed").ConfigureAwait(false);
    }

    private static async Task RenewsAsync(RuleRun run)
    {
        IRenewingIssuer renewing = run.Issuer as IRenewingIssuer ?? throw RuleRun.NotApplicable("it is no IRenewingIssuer");
        LeasedCredential credential = await run.IssueAsync(run.Fixture.ShortLife).ConfigureAwait(false);
        DateTimeOffset until = credential.Lease.ExpiresAt + run.Fixture.ShortLife;
        DateTimeOffset ends = await renewing.RenewAsync(credential.Lease with { ExpiresAt = until }, until, run.Cancellation).ConfigureAwait(false);
        RuleRun.Demand(ends <= until, $"{until:O} was asked for, and it says {ends:O}");
        await run.PassUntilAsync(credential.Lease.ExpiresAt).ConfigureAwait(false);
        RuleRun.Demand(await run.IsHonouredAsync(credential).ConfigureAwait(false), "it ended at its first end");
        await run.PassUntilAsync(ends).ConfigureAwait(false);
        RuleRun.Demand(!await run.IsHonouredAsync(credential).ConfigureAwait(false), "it is honoured after its new end");
    }

    private static async Task<bool> IsListedAsync(RuleRun run, IListingIssuer listing, LeaseId lease)
    {
        await foreach (FoundCredential found in listing.ListAsync(run.Cancellation).ConfigureAwait(false))
        {
            if (found.Lease == lease)
            {
                return true;
            }
        }

        return false;
    }
}
