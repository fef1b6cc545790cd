namespace IntentAuthz;

/// <summary>Which file it is, whatever its names.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);
