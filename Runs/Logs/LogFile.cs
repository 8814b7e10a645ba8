using ApeTest.Runs.Directory;

namespace ApeTest.Runs.Logs;

/// <summary>One file of a log: its wanted lines in the order in which they were written, as far as they are written.</summary>
internal sealed class LogFile(LineReader lines, LogFilter filter) : IDisposable
{
    private LogPlace _previous;

    /// <summary>Lines left out because they are no log lines.</summary>
    public long NoLogLines { get; private set; }

    /// <summary>Lines left out because of their length.</summary>
    public long TooLong => lines.TooLong;

    /// <summary>Bytes read so far.</summary>
    public long Position => lines.Position;

    /// <summary>The line that <see cref="NextAsync"/> found; null at the present end of the file.</summary>
    public LogLine? Current { get; private set; }

    /// <summary>Reads up to the next wanted line.</summary>
    /// <param name="last">Whether nobody writes any more, so that what stands behind the last newline is a line too, if it is whole.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask NextAsync(bool last, CancellationToken cancellationToken)
    {
        Current = null;
        while (!FindRead())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await lines.FillAsync(cancellationToken))
            {
                if (last)
                {
                    FindRest();
                }
                return;
            }
        }
    }

    public void Dispose() => lines.Dispose();

    /// <summary>Looks through what is read already.</summary>
    private bool FindRead()
    {
        while (lines.TryRead(out var line))
        {
            switch (filter.Match(line, out var place))
            {
                case LogMatch.Yes:
                    Current = new LogLine(line.ToArray(), InFileOrder(place));
                    return true;
                case LogMatch.NoLogLine:
                    NoLogLines++;
                    break;
                default:
                    break;
            }
        }
        return false;
    }

    // One that a kill cut off is left out and not worth a word.
    private void FindRest()
    {
        if (lines.TryReadRest(out var line) && filter.Match(line, out var place) is LogMatch.Yes)
        {
            Current = new LogLine(line.ToArray(), InFileOrder(place));
        }
    }

    /// <summary>Lines of one millisecond in one file stay as they are, whatever their ranks.</summary>
    private LogPlace InFileOrder(LogPlace place)
    {
        if (place.Happened == _previous.Happened && place.Rank < _previous.Rank)
        {
            place = place with { Rank = _previous.Rank };
        }
        return _previous = place;
    }
}
