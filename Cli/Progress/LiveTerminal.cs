using System.Runtime.InteropServices;
using ApeTest.Cli.Rendering;
using Spectre.Console;

namespace ApeTest.Cli.Progress;

/// <summary>
/// A terminal on which a view is redrawn in place. The cursor stays visible below it, so that it is there after a kill and while the
/// process is suspended. Control sequences are those of ECMA-48.
/// </summary>
internal sealed class LiveTerminal : IDisposable
{
    private const string EraseBelow = "\e[J";
    private const string EraseScreen = "\e[H\e[2J";
    private const int DefaultHeight = 24;
    private readonly CliEnvironment _environment;
    private readonly TextWriter _output;
    private readonly bool _noColor;
    private readonly PosixSignalRegistration? _continued;
    private volatile bool _away;
    private int _width;
    private int _rows;

    /// <param name="environment">Its width and colours.</param>
    /// <param name="output">Standard error or output, which is a terminal.</param>
    /// <param name="noColor">No colours.</param>
    public LiveTerminal(CliEnvironment environment, TextWriter output, bool noColor)
    {
        (_environment, _output, _noColor) = (environment, output, noColor);
        // While the process was suspended, others wrote below the view: it is theirs now.
        _continued = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => _away = true);
    }

    /// <summary>Whether a stream that is a terminal, or not, can be redrawn: a dumb one has no cursor to move.</summary>
    public static bool CanShow(CliEnvironment environment, bool isTerminal) => isTerminal && environment.Variables.GetValueOrDefault("TERM") is not "dumb";

    /// <summary>Draws a moment in place of the one before.</summary>
    /// <param name="snapshot">The moment.</param>
    /// <param name="hint">What the user can do.</param>
    public void Draw(RunSnapshot snapshot, string hint)
    {
        var (width, height) = Size();
        if (_away)
        {
            (_away, _rows) = (false, 0);
        }
        // After a resize nobody knows where the rows are: the terminal has wrapped them its own way.
        var back = _rows > 0 && width != _width ? EraseScreen : Back();
        var rows = Render(snapshot, hint, width).Take(height - 1).ToList();
        (_width, _rows) = (width, rows.Count);
        _output.Write(back + string.Concat(rows.Select(row => row + "\n")));
        _output.Flush();
    }

    /// <summary>Leaves nothing behind.</summary>
    public void Clear()
    {
        _output.Write(Back());
        _output.Flush();
        _rows = 0;
    }

    public void Dispose() => _continued?.Dispose();

    private string Back() => _rows == 0 ? string.Empty : $"\r\e[{_rows}A{EraseBelow}";

    private string[] Render(RunSnapshot snapshot, string hint, int width)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.No,
            ColorSystem = _noColor || _environment.ForbidsColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
        });
        console.Profile.Width = width;
        console.Write(LiveView.Of(snapshot, hint, width));
        return text.ToString().TrimEnd('\n').ReplaceLineEndings("\n").Split('\n');
    }

    // One column stays free: a row that fills the last one makes some terminals wrap. A terminal may not know its size: 0 then.
    private (int Width, int Height) Size()
    {
        var (width, height) = (0, 0);
        try
        {
            (width, height) = (Console.WindowWidth, Console.WindowHeight);
        }
        catch (IOException)
        {
            // The defaults below.
        }
        return (Math.Min((width > 1 ? width : _environment.Width) - 1, SummaryText.Width), height > 1 ? height : DefaultHeight);
    }
}
