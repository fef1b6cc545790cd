using System.Diagnostics;
using System.Globalization;

using Spectre.Console;

namespace Quickstart;

/// <summary>Prints what happens as it happens: seconds since the start, who, what. No colour where the output is piped.</summary>
internal sealed class Timeline
{
    private const int WidthWhenPiped = 110;

    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly long _start = Stopwatch.GetTimestamp();

    internal Timeline()
    {
        if (Console.IsOutputRedirected)
        {
            _console.Profile.Width = WidthWhenPiped;
        }
    }

    internal void Phase(string title)
    {
        _console.WriteLine();
        _console.Write(new Rule(Markup.Escape(title)) { Justification = Justify.Left });
    }

    internal void Line(string who, string what, Color? color = null)
    {
        Style style = color is { } given ? new Style(given) : Style.Plain;
        string seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds.ToString("0.00 's'", CultureInfo.InvariantCulture);
        Grid grid = new();
        grid.AddColumn(new GridColumn { Width = 8, NoWrap = true, Alignment = Justify.Right });
        grid.AddColumn(new GridColumn { Width = 11, NoWrap = true });
        grid.AddColumn();
        grid.AddRow(
            new Text(seconds, new Style(Color.Grey)),
            new Text(who, new Style(decoration: Decoration.Bold)),
            new Text(what, style));
        _console.Write(grid);
    }

    internal void Show(Table table) => _console.Write(table);
}
