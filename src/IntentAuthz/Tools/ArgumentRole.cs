namespace IntentAuthz;

/// <summary>What a wrong value of an argument would change. Policies speak about roles, so that one rule covers all tools.</summary>
public enum ArgumentRole
{
    /// <summary>Whom or what the call acts on: a payee, an address, a file. Also what an argument is that declares no role, being the strictest.</summary>
    Target,

    /// <summary>What is executed: a shell line, a query, code.</summary>
    Command,

    /// <summary>What is picked out or filtered: a search term, a page number.</summary>
    Selector,

    /// <summary>What is written or said: a mail's body, a file's text.</summary>
    Content,

    /// <summary>How much: an amount of money, a count.</summary>
    Magnitude,

    /// <summary>When: a date, a duration.</summary>
    Time,
}
