namespace IntentAuthz.Cedar;

/// <summary>Thrown when a JSON document is not what it should be: entities, a context, policies. It is refused whole.</summary>
public sealed class CedarJsonException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">Where in the document, such as <c>$[3].attrs.owner</c>.</param>
    /// <param name="problem">What is wrong there.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CedarJsonException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException)
    {
        Path = path;
    }

    /// <summary>Where in the document, such as <c>$[3].attrs.owner</c>.</summary>
    public string Path { get; }
}
