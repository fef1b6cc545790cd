namespace IntentAuthz;

/// <summary>What a tool does to the world, in a word that users have for it too.</summary>
public enum ToolEffect
{
    /// <summary>Not declared: no request can be seen to ask for it by a word of its kind.</summary>
    Unknown = 0,

    /// <summary>Reads; changes nothing.</summary>
    Read,

    /// <summary>Makes something new: an entry, a file, a booking.</summary>
    Create,

    /// <summary>Changes something that is there.</summary>
    Update,

    /// <summary>Takes something away: deletes, cancels, removes.</summary>
    Delete,

    /// <summary>Tells somebody something: a mail, a message, a post.</summary>
    Send,

    /// <summary>Lets somebody in: shares, invites, adds a member.</summary>
    Grant,

    /// <summary>Moves money.</summary>
    Pay,

    /// <summary>Runs code or a command.</summary>
    Execute,
}
