namespace IntentAuthz.Containment;

/// <summary>Where a program looks for a file that no argument names.</summary>
internal enum FilePlace
{
    /// <summary>Where it runs.</summary>
    Here,

    /// <summary>In the home directory.</summary>
    Home,

    /// <summary>Where it runs and in every directory above, as git looks for its repository.</summary>
    Above,
}
