namespace IntentAuthz;

/// <summary>What would become of the call under the changes that an explanation suggests.</summary>
internal enum SuggestionKind
{
    /// <summary>Policies and mandates would permit it, and ask nobody.</summary>
    Permits = 0,

    /// <summary>It waits for an approval now, and would not.</summary>
    NeedsNoApproval,

    /// <summary>It is denied now, and a person could approve it.</summary>
    CanBeApproved,
}
