namespace IntentAuthz.Sqlite.Tests;

/// <summary>A fact about a disk that is really full. Where there can be none it is skipped, with the reason, and never passes unseen.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.WhyAbsent;
}
