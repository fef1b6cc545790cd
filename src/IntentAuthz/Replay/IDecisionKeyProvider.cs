namespace IntentAuthz;

/// <summary>
/// Where the keys of a decision store come from: a key vault, a mounted file. Every file names the key it was written with, so that keys can be
/// changed: new files take the current one, old ones are read with theirs. Safe for use by many threads.
/// </summary>
public interface IDecisionKeyProvider
{
    /// <summary>The key that new files are written with: 1 to 256 characters without control characters. The name stands in the file for all to read.</summary>
    string CurrentKeyId { get; }

    /// <summary>Copies a key.</summary>
    /// <param name="keyId">Its name.</param>
    /// <param name="key">Takes its 32 bytes. The caller wipes them after use.</param>
    /// <returns>Whether there is such a key.</returns>
    bool TryCopyKey(string keyId, Span<byte> key);
}
