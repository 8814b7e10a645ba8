using System.Collections;
using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli;

/// <summary>Everything a command takes from its process, so that tests run commands in their own.</summary>
internal sealed class CliEnvironment
{
    /// <summary>Columns of a terminal whose width is unknown.</summary>
    public const int DefaultWidth = 80;

    /// <summary>
    /// Standard output: the summary, tables or JSON, and nothing else. Flushed when a command ends; one that goes on flushes it itself.
    /// </summary>
    public required TextWriter Out { get; init; }

    /// <summary>Cancelled when <see cref="Out"/> takes no more, as <c>| head -1</c> does after a line: a command that only writes may end.</summary>
    public CancellationToken OutputLost { get; init; }

    /// <summary>Standard error: progress and messages.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard input, for confirmations.</summary>
    public required TextReader In { get; init; }

    /// <summary>Opens standard input and output as bytes, for a command that speaks a protocol on them and writes nothing to <see cref="Out"/>.</summary>
    public Func<(Stream Input, Stream Output)> OpenStreams { get; init; } = static () => (Console.OpenStandardInput(), Console.OpenStandardOutput());

    /// <summary>Whether a person can answer at <see cref="In"/>.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal: the live view is shown there.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal. Default <see cref="DefaultWidth"/>.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Current directory; <c>.ape/runs</c> is below it.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where signals come from.</summary>
    public required ISignalSource Signals { get; init; }

    /// <summary>Keys that a person presses while a view is shown. Default: nobody can.</summary>
    public IKeySource? Keys { get; init; }

    /// <summary>This process as the background half of <c>start --detach</c>. Default: it is none.</summary>
    public DetachedProcess? Detached { get; init; }

    /// <summary>Folder of all runs.</summary>
    public string RunsRoot => RunDirectory.RunsRoot(CurrentDirectory);

    /// <summary>Whether <c>NO_COLOR</c> (no-color.org: present and not empty) or a dumb terminal forbids colour.</summary>
    public bool ForbidsColor => Variables.GetValueOrDefault("NO_COLOR") is { Length: > 0 } || Variables.GetValueOrDefault("TERM") is "dumb";

    /// <summary>The path as seen from <see cref="CurrentDirectory"/>.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, CurrentDirectory);

    /// <summary>The path relative to <see cref="CurrentDirectory"/> where it is below it.</summary>
    public string Shown(string path)
    {
        var relative = Path.GetRelativePath(CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>The environment of this process.</summary>
    public static CliEnvironment OfProcess(ISignalSource signals)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }
        // A terminal sees each line at once; a file or a pipe gets large blocks, since `logs` may write millions of lines.
        var output = Console.IsOutputRedirected ? OutputWriter.ForOutput() : null;
        return new CliEnvironment
        {
            Out = !StandardStreams.IsGiven(1) ? TextWriter.Null : output is null ? new UnfailingWriter(Console.Out) : output,
            OutputLost = output?.Lost ?? CancellationToken.None,
            Error = StandardStreams.IsGiven(2) ? new UnfailingWriter(Console.Error) : TextWriter.Null,
            In = Console.In,
            InputIsTerminal = !Console.IsInputRedirected,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = WidthOfTerminal(),
            Keys = Console.IsInputRedirected ? null : new TerminalKeys(TimeProvider.System),
            Variables = variables,
            CurrentDirectory = Environment.CurrentDirectory,
            Time = TimeProvider.System,
            Signals = signals,
        };
    }

    private static int WidthOfTerminal()
    {
        if (Console.IsErrorRedirected && Console.IsOutputRedirected)
        {
            return DefaultWidth;
        }
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
