using System.Runtime.InteropServices;
using System.Text;

namespace ApeTest.Cli.Progress;

/// <summary>
/// A terminal on which a view is redrawn in place. Only rows that changed are written, in one synchronised update, so that nothing flickers;
/// the cursor is hidden while rows are written and is below the view between two of them, so that it is there after a kill and while the process
/// is suspended. Control sequences are those of ECMA-48; 2026 is the terminals' "synchronized output", which others pass over.
/// </summary>
internal sealed class LiveTerminal : IDisposable
{
    private const string Begin = "\e[?2026h\e[?25l";
    private const string End = "\e[?25h\e[?2026l";
    private const string EraseBelow = "\e[J";
    private const string EraseRow = "\e[K";
    private const string EraseScreen = "\e[H\e[2J";
    private const int DefaultHeight = 24;
    private const int MostWidth = 160;
    private readonly CliEnvironment _environment;
    private readonly TextWriter _output;
    private readonly bool _noColor;
    private readonly PosixSignalRegistration? _continued;
    private volatile bool _away;
    private int _width;
    private List<string> _rows = [];

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
    public void Draw(LiveMoment moment)
    {
        var (width, height) = Size();
        if (_away)
        {
            (_away, _rows) = (false, []);
        }
        var coloured = !_noColor && !_environment.ForbidsColor;
        var rows = LiveView.Of(moment, width, height - 1).Select(row => row.Render(width, coloured)).ToList();
        // After a resize nobody knows where the rows are: the terminal has wrapped them its own way.
        var resized = _rows.Count > 0 && width != _width;
        Write(resized ? EraseScreen + Whole(rows, 0) : Difference(rows));
        (_width, _rows) = (width, rows);
    }

    /// <summary>Leaves nothing behind.</summary>
    public void Clear()
    {
        Write(_rows.Count == 0 ? string.Empty : $"\r\e[{_rows.Count}A{EraseBelow}");
        _rows = [];
    }

    public void Dispose() => _continued?.Dispose();

    private static string Whole(IReadOnlyList<string> rows, int from) => string.Concat(rows.Skip(from).Select(static row => row + "\n"));

    /// <summary>From below the rows that stand there, up to the first that differs, then down row by row.</summary>
    private string Difference(List<string> rows)
    {
        var text = new StringBuilder();
        if (_rows.Count > 0)
        {
            text.Append("\r\e[").Append(_rows.Count).Append('A');
        }
        for (var i = 0; i < Math.Min(rows.Count, _rows.Count); i++)
        {
            text.Append(rows[i] == _rows[i] ? "\n" : $"{rows[i]}{EraseRow}\n");
        }
        if (rows.Count < _rows.Count)
        {
            text.Append(EraseBelow);
        }
        return text.Append(Whole(rows, _rows.Count)).ToString();
    }

    private void Write(string text)
    {
        if (text.Length > 0)
        {
            _output.Write(Begin + text + End);
            _output.Flush();
        }
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
        return (Math.Min((width > 1 ? width : _environment.Width) - 1, MostWidth), height > 1 ? height : DefaultHeight);
    }
}
