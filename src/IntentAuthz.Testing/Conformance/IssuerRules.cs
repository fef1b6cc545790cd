using System.Collections.Immutable;

namespace IntentAuthz.Testing;

/// <summary>The rules of the conformance suite, by the names that its report uses.</summary>
public static class IssuerRules
{
    /// <summary>It makes a credential that the target service honours, under a name and speed that stay.</summary>
    public const string Issues = "it issues a credential that is honoured";

    /// <summary>Shorter ones cannot be kept out of results.</summary>
    public const string LongSecret = "a secret has at least 8 characters";

    /// <summary><see cref="IssueResult.ExpiresAt"/> is not after the lease's.</summary>
    public const string EndsAsAsked = "it promises no longer life than asked";

    /// <summary>A credential is refused once its time has run out.</summary>
    public const string Expires = "an expired credential is not honoured";

    /// <summary>A lease of fewer scopes than the profile's gets no more.</summary>
    public const string LeastScopes = "it gives no scope that was not asked for";

    /// <summary>A scope the back end does not know is refused, not left out.</summary>
    public const string UnknownScope = "it refuses a scope it does not know";

    /// <summary>Two leases have different secrets, and the end of one is not the other's.</summary>
    public const string Distinct = "two leases have two credentials";

    /// <summary>Clearing one lease's <see cref="Secret"/> leaves the other's.</summary>
    public const string OwnSecret = "each lease has a Secret of its own";

    /// <summary>After <see cref="ICredentialIssuer.RevokeAsync"/> has returned, unless nothing stops it before it expires.</summary>
    public const string Unmakes = "what was unmade is not honoured";

    /// <summary>Unmaking can be tried again.</summary>
    public const string UnmakesTwice = "unmaking again succeeds";

    /// <summary>The broker unmakes whatever may have been made.</summary>
    public const string UnmakesNothing = "unmaking what was never made succeeds";

    /// <summary>After a restart there is nothing but the record.</summary>
    public const string UnmakesFromRecord = "another instance unmakes by the record alone";

    /// <summary>A crash while making leaves the handle that was written before.</summary>
    public const string UnmakesHalfMade = "what was made is unmade by the handle said before";

    /// <summary>A token that is cancelled ends the wait, and what was made is unmade.</summary>
    public const string Cancels = "it ends when it is cancelled, and leaves nothing";

    /// <summary>Handle, texts and errors are written down.</summary>
    public const string ShowsNothing = "handle and texts show no secret";

    /// <summary>32 leases at once.</summary>
    public const string ManyAtOnce = "it serves 32 at once";

    /// <summary><see cref="IListingIssuer"/> only.</summary>
    public const string Lists = "it lists what lives and nothing else";

    /// <summary><see cref="IRenewingIssuer"/> only.</summary>
    public const string Renews = "a renewed credential lives until its new end";

    /// <summary>All of them, in the order in which they run.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        Issues, LongSecret, EndsAsAsked, LeastScopes, UnknownScope, Distinct, OwnSecret, Unmakes, UnmakesTwice, UnmakesNothing, UnmakesFromRecord,
        UnmakesHalfMade, Cancels, ShowsNothing, ManyAtOnce, Lists, Renews, Expires,
    ];
}
