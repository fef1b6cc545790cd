namespace IntentAuthz.Sqlite.Tests;

/// <summary>A theory about a disk that is really full. Where there can be none it is skipped, with the reason, and never passes unseen.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskTheoryAttribute : TheoryAttribute
{
    public SmallDiskTheoryAttribute() => Skip = SmallDisk.WhyAbsent;
}
