namespace IntentAuthz;

/// <summary>What a <see cref="TaskEvent"/> tells.</summary>
public enum TaskEventKind
{
    /// <summary>A call was decided, whatever the decision.</summary>
    Request,

    /// <summary>A tool returned.</summary>
    Response,

    /// <summary>A tool failed, was stopped, or its result is withheld.</summary>
    Error,
}
