using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IntentAuthz;

/// <summary>
/// A PostgreSQL server in a directory of its own on a free loopback port, for tests and samples, which include this file. It can be stopped, killed
/// and started again with the same data on the same port. Not for use by many threads.
/// </summary>
internal sealed class TemporaryPostgreSql : IAsyncDisposable
{
    internal const string AdminUser = "postgres";
    private const string AdminPassword = "of-this-run-only";
    private const string UnprivilegedUser = "postgres"; // the server refuses to run as root
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _programs;
    private readonly string _directory;
    private readonly string _settings;
    private Process? _server;
    private Task _logging = Task.CompletedTask;

    private TemporaryPostgreSql(string programs, string directory, string settings)
    {
        _programs = programs;
        _directory = directory;
        _settings = settings;
    }

    /// <summary>Why there is none on this machine, for a message; null when there is.</summary>
    internal static string? WhyMissing { get; } = FindPrograms() is null
        ? "PostgreSQL is not installed here: neither POSTGRESQL_BIN nor /usr/lib/postgresql/*/bin nor the PATH holds initdb and postgres. On Debian: apt-get install postgresql"
        : null;

    internal int Port { get; private set; }

    /// <summary>What the server has logged so far.</summary>
    internal string Log => ReadShared(LogFile);

    /// <summary>The superuser's connection to the database <c>postgres</c>.</summary>
    internal string AdminConnectionString => ConnectionString(AdminUser, AdminPassword, "postgres");

    private string LogFile => Path.Combine(_directory, "server.log");

    /// <summary>Makes a cluster and starts it. Logins over TCP need a SCRAM password.</summary>
    /// <param name="settings">Lines for postgresql.conf.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<TemporaryPostgreSql> StartNewAsync(string settings = "", CancellationToken cancellationToken = default)
    {
        string programs = FindPrograms() ?? throw new InvalidOperationException(WhyMissing);
        TemporaryPostgreSql made = new(programs, Directory.CreateTempSubdirectory("intentauthz-pg-").FullName, settings);
        try
        {
            await made.InitialiseAsync(cancellationToken);
            for (int attempt = 1; ; attempt++)
            {
                made.Port = FreePort();
                try
                {
                    await made.StartAsync(cancellationToken);
                    return made;
                }
                catch (InvalidOperationException) when (attempt < 5)
                {
                    // somebody took the port meanwhile
                }
            }
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection string of a user.</summary>
    internal string ConnectionString(string user, string password, string database) => $"{Server(database)};Username={user};Password={password}";

    /// <summary>Where a database is, without a user.</summary>
    internal string Server(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database}");

    /// <summary>Starts the server, after it was stopped or killed, on the same port.</summary>
    internal async Task StartAsync(CancellationToken cancellationToken = default)
    {
        ProcessStartInfo start = Unprivileged(
            Path.Combine(_programs, "postgres"),
            "-D", Path.Combine(_directory, "data"), "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _directory, "-h", "127.0.0.1");
        Process server = Process.Start(start)!;
        _server = server;
        StreamWriter log = new(new FileStream(LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        _logging = CopyAsync(server.StandardError, log);
        long began = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
        {
            if (server.HasExited || Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new InvalidOperationException($"PostgreSQL did not start on port {Port}:\n{Log}");
            }

            await Task.Delay(30, cancellationToken);
        }
    }

    /// <summary>Stops the server as an operator does: sessions are ended, everything is written.</summary>
    internal async Task StopAsync()
    {
        if (_server is { HasExited: false } server)
        {
            const int Interrupt = 2; // "fast shutdown"
            _ = SendSignal(server.Id, Interrupt);
            await WaitForEndAsync(server, _logging);
        }

        _server = null;
    }

    /// <summary>Kills the server (SIGKILL), and waits until its children have noticed.</summary>
    internal async Task KillAsync()
    {
        if (_server is { HasExited: false } server)
        {
            server.Kill();
            await WaitForEndAsync(server, _logging);
        }

        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string? FindPrograms()
    {
        IEnumerable<string?> places =
        [
            Environment.GetEnvironmentVariable("POSTGRESQL_BIN"),
            .. Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(static d => int.TryParse(Path.GetFileName(d), out int major) ? major : 0).Select(static d => Path.Combine(d, "bin"))
                : [],
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
        ];
        return places.FirstOrDefault(static p => !string.IsNullOrEmpty(p) && File.Exists(Path.Combine(p, "initdb")) && File.Exists(Path.Combine(p, "postgres")));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string ReadShared(string file)
    {
        if (!File.Exists(file))
        {
            return "";
        }

        using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Copies until all who hold the pipe, the server's children too, have ended.</summary>
    private static async Task CopyAsync(StreamReader from, StreamWriter to)
    {
        await using (to)
        {
            while (await from.ReadLineAsync() is { } line)
            {
                await to.WriteLineAsync(line);
            }
        }
    }

    private static async Task WaitForEndAsync(Process server, Task logging)
    {
        using CancellationTokenSource patience = new(s_patience);
        await server.WaitForExitAsync(patience.Token);
        await logging.WaitAsync(patience.Token); // its children hold the pipe too: one that has not noticed yet would still answer
        server.Dispose();
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        string password = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(password, AdminPassword, cancellationToken);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", ["-R", UnprivilegedUser, _directory]), cancellationToken);
        }

        string data = Path.Combine(_directory, "data");
        await RunAsync(
            Unprivileged(Path.Combine(_programs, "initdb"), "-D", data, "-U", AdminUser, $"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-N"),
            cancellationToken);
        File.Delete(password);
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), $"\nfsync = off\n{_settings}\n", cancellationToken);
    }

    private ProcessStartInfo Unprivileged(string program, params string[] arguments)
    {
        ProcessStartInfo start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={UnprivilegedUser}", $"--regid={UnprivilegedUser}", "--init-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = _directory;
        start.RedirectStandardError = true;
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {await output}{await errors}");
        }
    }

    /// <summary>Whether the server takes sessions: it answers a request for TLS before it does, so its log is asked too.</summary>
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return ReadShared(LogFile).LastIndexOf("database system is ready to accept connections", StringComparison.Ordinal)
                > ReadShared(LogFile).LastIndexOf("starting PostgreSQL", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
