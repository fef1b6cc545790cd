namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>The applications of the Cedar paper, and one of them mended.</summary>
public enum ApplicationName
{
    /// <summary>Documents in folders, as published: no view grant connects (see <see cref="GDriveScenario"/>).</summary>
    GDrive,

    /// <summary>Documents in folders, with view grants that connect.</summary>
    GDriveConnected,

    /// <summary>Repositories of organizations.</summary>
    GitHub,

    /// <summary>Lists of tasks.</summary>
    TinyTodo,
}
