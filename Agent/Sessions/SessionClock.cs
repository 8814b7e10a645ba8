using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Measures MTBA and its parts in one session (DESIGN 2): from the dispatch of one action to the dispatch of the next. Every part is
/// measured between two timestamps or told in-band; what none of them explains stays unaccounted and is never added to a part.
/// </summary>
internal sealed class SessionClock(TimeProvider time)
{
    private long _mark = time.GetTimestamp();
    private long? _dispatched;
    private TimeSpan _think;
    private TimeSpan _model;
    private TimeSpan _gateway;
    private TimeSpan _target;
    private TimeSpan _harness;

    /// <summary>Whether an action has been dispatched: there is think time before each action but the first.</summary>
    public bool HasActed => _dispatched is not null;

    /// <summary>Begins anew, for another session.</summary>
    public void Reset()
    {
        _mark = time.GetTimestamp();
        _dispatched = null;
        _think = _model = _gateway = _target = _harness = TimeSpan.Zero;
    }

    /// <summary>The time since the last mark was the agent's own work. Returns the timestamp of now, the new mark.</summary>
    public long Harness()
    {
        _harness += Lap();
        return _mark;
    }

    /// <summary>The time since the last mark was think time.</summary>
    public void Think() => _think += Lap();

    /// <summary>The time since the last mark was waiting as the target told us to (<c>Retry-After</c>): the target's time.</summary>
    public void Wait() => _target += Lap();

    /// <summary>The time since the last mark was ours, not the session's (an oracle's read): it counts neither in the interval nor in a part.</summary>
    public void Exclude()
    {
        var now = time.GetTimestamp();
        _dispatched += now - _mark;
        _mark = now;
    }

    /// <summary>The time since the last mark was a decision, of which <paramref name="measured"/> was the model's call; null: all of it.</summary>
    public TimeSpan Model(TimeSpan? measured)
    {
        var lap = Lap();
        var model = measured < lap ? measured.Value : lap;
        _model += model;
        _harness += lap - model;
        return model;
    }

    /// <summary>
    /// An action was dispatched at <paramref name="at"/> and has been answered. Returns the interval since the previous one (null for the
    /// first), and in <paramref name="parts"/> what the session's record says of this action.
    /// </summary>
    /// <param name="goal">The session's goal or journey.</param>
    /// <param name="at">Timestamp of its dispatch.</param>
    /// <param name="timing">Where its time went.</param>
    /// <param name="parts">What the session's record says.</param>
    /// <param name="ended">Timestamp of its last byte, where it is known; null: by <paramref name="timing"/>.</param>
    public IntervalSample? Acted(string goal, long at, in TargetTiming timing, out ActionParts parts, long? ended = null)
    {
        if (at > _mark)
        {
            _harness += time.GetElapsedTime(_mark, at);
        }
        IntervalSample? sample = _dispatched is { } previous
            ? new IntervalSample(goal, time.GetElapsedTime(previous, at), _think, _model, _gateway, _target, _harness)
            : null;
        parts = new ActionParts(_think.TotalSeconds, _model.TotalSeconds, timing.Gateway.TotalSeconds, timing.Target.TotalSeconds, _harness.TotalSeconds);

        // The next interval begins with this action's own round trip.
        _dispatched = at;
        _gateway = timing.Gateway;
        _target = timing.Target;
        _think = _model = _harness = TimeSpan.Zero;
        // What came after the answer (reading a page, writing the observation) is the agent's own work: the next lap has it.
        _mark = ended ?? Math.Min(at + (long)(timing.Total.TotalSeconds * time.TimestampFrequency), time.GetTimestamp());
        return sample;
    }

    private TimeSpan Lap()
    {
        var now = time.GetTimestamp();
        var lap = time.GetElapsedTime(_mark, now);
        _mark = now;
        return lap;
    }
}
