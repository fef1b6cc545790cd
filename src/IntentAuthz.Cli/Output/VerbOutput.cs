using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace IntentAuthz.Cli.Output;

/// <summary>
/// Where a verb prints its answer (standard output) and what keeps it from answering (standard error). Colour and progress are for a terminal
/// alone: a pipe, a file, <c>NO_COLOR</c> and <c>TERM=dumb</c> get plain lines, never cut or wrapped.
/// </summary>
internal sealed class VerbOutput
{
    // Names in other scripts stay readable; control characters are escaped by any JSON writer, and what else a terminal would obey by Printable.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A pipe has no width: this is more than any line that is printed.
    private const int NoWidth = 1 << 20;

    private readonly TextWriter _answers;
    private readonly IAnsiConsole _console;
    private readonly IAnsiConsole _errors;

    /// <summary>Over what the command line was invoked with.</summary>
    public VerbOutput(ParseResult parsed)
        : this(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)
    {
    }

    /// <summary>Over two writers.</summary>
    public VerbOutput(TextWriter answers, TextWriter errors)
    {
        _answers = answers;
        _console = Create(answers, ReferenceEquals(answers, Console.Out) && !Console.IsOutputRedirected);
        _errors = Create(errors, ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected);
    }

    /// <summary>Whether people look at the answer on a terminal.</summary>
    public bool IsTerminal => _console.Profile.Capabilities.Interactive;

    /// <summary>Prints a line. It is taken as it is; text from outside goes through <see cref="Printable"/> first.</summary>
    public void Line(string text = "") => _answers.WriteLine(text);

    /// <summary>Prints a line, its text in a style such as <c>red</c> or <c>bold</c> on a terminal.</summary>
    public void Line(string text, string style) => _console.MarkupLine($"[{style}]{Markup.Escape(text)}[/]");

    /// <summary>Prints what Spectre.Console renders, such as a table.</summary>
    public void Write(IRenderable rendered) => _console.Write(rendered);

    /// <summary>Prints one JSON object on one line.</summary>
    public void Json(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_json))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        _answers.WriteLine(Printable.Json(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))));
    }

    /// <summary>Says what keeps the verb from answering, and returns the exit code for it.</summary>
    public int NoAnswer(string message)
    {
        _errors.MarkupLine($"[red]{Markup.Escape(Printable.Text(message))}[/]");
        return ExitCode.NoAnswer;
    }

    /// <summary>
    /// Runs long work. On a terminal a bar shows how far it is, on standard error, and goes away at the end; elsewhere nothing is shown.
    /// </summary>
    /// <param name="what">What is done, such as <c>Deciding again</c>.</param>
    /// <param name="work">The work, which reports parts done of all, from 0 to 1, from any thread.</param>
    /// <returns>What the work returns.</returns>
    public async Task<T> ProgressAsync<T>(string what, Func<IProgress<double>, Task<T>> work)
    {
        if (!_errors.Profile.Capabilities.Interactive)
        {
            return await work(new Unseen()).ConfigureAwait(false);
        }

        return await _errors.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bar(context.AddTask(Markup.Escape(what), maxValue: 1)))).ConfigureAwait(false);
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) };
        if (!isTerminal)
        {
            settings.Ansi = AnsiSupport.No;
            settings.ColorSystem = ColorSystemSupport.NoColors;
            settings.Interactive = InteractionSupport.No;
        }

        var console = AnsiConsole.Create(settings);
        if (!isTerminal)
        {
            console.Profile.Width = NoWidth;
        }

        return console;
    }

    private sealed class Unseen : IProgress<double>
    {
        public void Report(double value)
        {
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
