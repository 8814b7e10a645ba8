using System.Text;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Logs;

namespace ApeTest.Cli.Commands.Logs;

/// <summary>Writes log lines to standard output, and what was left out to standard error.</summary>
internal sealed class LogOutput(CliEnvironment environment, bool json, LogText text)
{
    private char[] _characters = [];

    /// <summary>How many lines were written.</summary>
    public long Lines { get; private set; }

    public void Write(IReadOnlyList<LogLine> lines)
    {
        foreach (var line in lines)
        {
            Write(line);
        }
    }

    public void Write(LogLine line)
    {
        Lines++;
        environment.Out.WriteLine(json ? Characters(line) : text.Format(line));
    }

    /// <summary>Says once what is missing, so that nobody takes a part for the whole.</summary>
    public void TellLosses(LogLosses losses)
    {
        if (losses.NoLogLines > 0)
        {
            environment.Error.WriteLine(losses.NoLogLines == 1 ? "1 line that is no log line was left out"
                : $"{Show.Count(losses.NoLogLines)} lines that are no log lines were left out");
        }
        if (losses.TooLong > 0)
        {
            environment.Error.WriteLine(losses.TooLong == 1 ? "1 line longer than 1 MB was left out"
                : $"{Show.Count(losses.TooLong)} lines longer than 1 MB were left out");
        }
    }

    private ReadOnlySpan<char> Characters(LogLine line)
    {
        if (_characters.Length < line.Utf8.Length)
        {
            _characters = new char[line.Utf8.Length * 2];
        }
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(line.Utf8.Span, _characters));
    }
}
