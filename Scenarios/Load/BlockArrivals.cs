using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Load;

/// <summary>
/// The arrivals of one block, one after another: numbers block, block + B, block + 2 B, ... and their times. The n-th time of a Poisson
/// block is that at which the integral of the rate is B times the sum of n + 1 draws of the exponential distribution (time change of a
/// unit process). Allocates nothing an arrival; not thread-safe.
/// </summary>
public sealed class BlockArrivals
{
    private readonly ArrivalSchedule _schedule;
    private readonly int _block;
    private readonly int _blocks;
    private readonly bool _isPoisson;
    private LoadProfile _profile;
    private SessionStream _stream;
    private double _sum;
    private double _reached;

    internal BlockArrivals(ArrivalSchedule schedule, int block, int blocks, SessionStream? stream)
    {
        (_schedule, _profile, _block, _blocks, Number) = (schedule, schedule.Profile, block, blocks, block - blocks);
        (_isPoisson, _stream) = (stream is not null, stream ?? default);
    }

    /// <summary>Number of the current arrival in the run; unique in it.</summary>
    public long Number { get; private set; }

    /// <summary>Arrivals of the block before the current one.</summary>
    public int Before => (int)((Number - _block) / _blocks);

    /// <summary>When it is meant to start, since the run's start.</summary>
    public TimeSpan At { get; private set; }

    /// <summary>Whether the run has the current arrival: it is one of a limited number, and meant to start before the run's end.</summary>
    public bool HasCurrent => _schedule.Has(Number, At);

    /// <summary>
    /// Arrivals of the block, the current one among them, that a run cut short leaves out; behind the last arrival those of a limited number of
    /// iterations for which there was no time.
    /// </summary>
    public int Left => _schedule.Left(Number, _blocks);

    /// <summary>Goes to the next arrival; false: the run has no more of the block.</summary>
    public bool MoveNext()
    {
        Number += _blocks;
        if (_isPoisson)
        {
            _sum -= Math.Log(1 - _stream.NextDouble());
        }
        _reached = _isPoisson ? _sum * _blocks : Number;
        At = _profile.TimeOf(_reached);
        return HasCurrent;
    }

    /// <summary>
    /// The load was ordered to be another: the current arrival and those after it start by <paramref name="profile"/>. Numbers go on as they were,
    /// without a gap and without a double, whenever a worker hears of it.
    /// </summary>
    public void Follow(LoadProfile profile) => (_profile, At) = (profile, profile.TimeOf(_reached));

    /// <summary>Goes to the first arrival that is not before a time: what a lost worker had, it had. False: there is none.</summary>
    public bool MoveTo(TimeSpan elapsed)
    {
        do
        {
            if (!MoveNext())
            {
                return false;
            }
        }
        while (At < elapsed);
        return true;
    }
}
