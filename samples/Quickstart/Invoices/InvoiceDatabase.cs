using System.ComponentModel;
using System.Text;

using IntentAuthz;

using Microsoft.Data.Sqlite;
using Microsoft.SemanticKernel;

namespace Quickstart.Invoices;

/// <summary>The company's own record of what it owes to whom. Clerks enter invoices after checking them, so it is a trusted source.</summary>
internal sealed class InvoiceDatabase
{
    private const int MaxRows = 100;

    private readonly string _connection;

    private InvoiceDatabase(string connection) => _connection = connection;

    internal static InvoiceDatabase Create(string directory)
    {
        string path = Path.Combine(directory, "invoices.db");
        using (SqliteConnection connection = new(ConnectionString(path, SqliteOpenMode.ReadWriteCreate)))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE invoices (number TEXT PRIMARY KEY, supplier TEXT NOT NULL, account TEXT NOT NULL, amount TEXT NOT NULL, open INTEGER NOT NULL);
                INSERT INTO invoices VALUES
                    ('INV-1040', 'Kaiser Stationery', 'DE89370400440532013000',   '96.10', 0),
                    ('INV-1041', 'Kaiser Stationery', 'DE89370400440532013000',  '240.00', 1),
                    ('INV-1042', 'Nordlicht Hosting', 'DE75512108001245126199', '4800.00', 1);
                """;
            command.ExecuteNonQuery();
        }

        return new InvoiceDatabase(ConnectionString(path, SqliteOpenMode.ReadOnly));
    }

    [KernelFunction("list_open")]
    [Description("Lists the invoices that are not paid, one a line: number, supplier, account to pay to, amount.")]
    [Tool("invoices.list_open", ActionGroups = ["reading"], Risk = RiskClass.Low, ResultIntegrity = Integrity.Trusted, ResultConfidentiality = Confidentiality.Internal, Idempotent = true)]
    public async Task<string> ListOpenAsync(CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(_connection);
        await connection.OpenAsync(cancellationToken);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT number, supplier, account, amount FROM invoices WHERE open = 1 ORDER BY number LIMIT $max";
        command.Parameters.AddWithValue("$max", MaxRows);
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        StringBuilder invoices = new();
        while (await row.ReadAsync(cancellationToken))
        {
            invoices.AppendLine($"{row.GetString(0)} | {row.GetString(1)} | {row.GetString(2)} | {row.GetString(3)} EUR");
        }

        return invoices.ToString();
    }

    // Without pooling the file is free as soon as the connection is closed, so that the directory can be removed.
    private static string ConnectionString(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();
}
