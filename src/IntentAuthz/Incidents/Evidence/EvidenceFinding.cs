namespace IntentAuthz;

/// <summary>Something that is wrong with a folder of evidence, and where.</summary>
/// <param name="Code">What.</param>
/// <param name="File">The file's name in the folder. Where the manifest does not list it, whoever put it there has chosen it.</param>
/// <param name="Line">The line in it, from 1; 0 for the file as a whole.</param>
/// <param name="Message">What it means, for people.</param>
public sealed record EvidenceFinding(EvidenceFindingCode Code, string File, long Line, string Message)
{
    /// <summary>File, line and what is wrong.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
