namespace IntentAuthz.Containment;

/// <summary>Where in a word a tilde stands for a directory.</summary>
[Flags]
internal enum Tildes
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>At the beginning.</summary>
    Start = 1,

    /// <summary>Behind a colon.</summary>
    Colon = 2,

    /// <summary>Behind the first equals sign.</summary>
    Equals = 4,

    /// <summary>In a word that is not split.</summary>
    Word = Start,

    /// <summary>In the value of an assignment.</summary>
    Value = Start | Colon | Equals,
}
