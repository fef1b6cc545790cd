namespace IntentAuthz;

/// <summary>The actions that are not tool calls and that policy authorises all the same, as <c>IntentAuthz::Action::"…"</c>.</summary>
internal static class AdministrativeActions
{
    /// <summary>Open a task, or resume a suspended one. The resource is the agent that is entrusted.</summary>
    internal const string OpenTask = "OpenTask";

    /// <summary>Approve or refuse a call. The resource is the approval request.</summary>
    internal const string Approve = "Approve";

    /// <summary>Approve although one is in the call's own delegation. Apart, so that policy must say it in so many words.</summary>
    internal const string ApproveOwn = "ApproveOwn";

    /// <summary>Revoke or suspend. The resource is what is revoked.</summary>
    internal const string Revoke = "Revoke";

    /// <summary>Open an incident by hand, export its evidence, close it. The resource is what it is about.</summary>
    internal const string Respond = "Respond";

    /// <summary>Lift the stop of an incident. The resource is what it is about; only a person may.</summary>
    internal const string Reopen = "Reopen";

    /// <summary>Read the policies again. The resource is the tenant's policy set.</summary>
    internal const string ReloadPolicies = "ReloadPolicies";

    /// <summary>Enforce or only observe. The resource is the tenant's policy set, or the tool.</summary>
    internal const string SetMode = "SetMode";

    /// <summary>Vouch for a value. The resource is the agent whose task may use it.</summary>
    internal const string Endorse = "Endorse";
}
