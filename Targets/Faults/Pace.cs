namespace ApeTest.Targets.Faults;

/// <summary>Says when the next bytes of one direction of one body may pass: not faster than a rate, and spread over a time. Of one reader or writer.</summary>
internal sealed class Pace
{
    /// <summary>Most bytes that pass at once.</summary>
    private const int LargestPiece = 16 * 1024;

    /// <summary>Length that a body of unknown length is taken to have: a longer one's rest passes when the time is over.</summary>
    private const long AssumedLength = 64 * 1024;

    /// <summary>Time between two pieces, and how much of an unused rate is made good: timers fire late.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly long? _rate;
    private readonly TimeSpan? _spread;
    private readonly long _length;
    private readonly long _started;
    private long _passed;
    private TimeSpan _free;

    /// <summary>Begins now.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="rate">Most bytes a second; null: any.</param>
    /// <param name="spread">Time over which the body is spread; null: none.</param>
    /// <param name="length">Length of the body; null: unknown.</param>
    public Pace(TimeProvider time, long? rate, TimeSpan? spread, long? length)
    {
        (_time, _rate, _spread) = (time, rate, spread);
        _length = length is > 0 ? length.Value : AssumedLength;
        _started = time.GetTimestamp();
        var perSecond = Math.Min(rate ?? double.MaxValue, spread is { } over ? _length / over.TotalSeconds : double.MaxValue);
        Piece = (int)Math.Clamp(perSecond * Step.TotalSeconds, 1, LargestPiece);
    }

    /// <summary>Most bytes to pass at once.</summary>
    public int Piece { get; }

    /// <summary>Waits until that many more bytes may pass.</summary>
    public Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        _passed += bytes;
        var due = TimeSpan.Zero;
        if (_rate is { } rate)
        {
            var from = _time.GetElapsedTime(_started) - Step;
            _free = (_free > from ? _free : from) + TimeSpan.FromSeconds((double)bytes / rate);
            due = _free;
        }
        if (_spread is { } spread)
        {
            var share = spread * Math.Min(1, (double)_passed / _length);
            due = due > share ? due : share;
        }
        return UntilAsync(due, cancellationToken);
    }

    /// <summary>Waits until the body may end.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => UntilAsync(_spread ?? TimeSpan.Zero, cancellationToken);

    private Task UntilAsync(TimeSpan due, CancellationToken cancellationToken)
    {
        var wait = due - _time.GetElapsedTime(_started);
        return wait > TimeSpan.Zero ? Task.Delay(wait, _time, cancellationToken) : Task.CompletedTask;
    }
}
