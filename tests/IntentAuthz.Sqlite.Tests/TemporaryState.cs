using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>A directory of its own for one file.</summary>
internal sealed class TemporaryState : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("intentauthz-state-");

    internal string Path => System.IO.Path.Combine(_directory.FullName, "state.db");

    internal string[] Files => [.. _directory.EnumerateFiles().Select(static f => f.Name).Order(StringComparer.Ordinal)];

    internal SqliteState Open(TimeProvider? time = null, int? maxPages = null, string? path = null) =>
        SqliteState.Open(new SqliteStateOptions { Path = path ?? Path, MaxPages = maxPages, BusyTimeout = TimeSpan.FromSeconds(30) }, time);

    /// <summary>Runs SQL on the file from outside.</summary>
    internal object? Run(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own text
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
