using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// Live metrics of the journeys that run on one loop, added up there and told once a second (<see cref="Publish"/>): what <c>/metrics</c>
/// shows of them is at most that old. Thread-safe; one a loop, so that nobody waits.
/// </summary>
internal sealed class JourneyFigures
{
    private static readonly SessionOutcome[] Outcomes = Enum.GetValues<SessionOutcome>();

    private readonly Lock _gate = new();
    private readonly AgentMetrics _metrics;
    private readonly (string Name, BucketCounts Duration)[] _steps;
    private readonly (string Name, BucketCounts Delay, BucketCounts Duration, BucketCounts Interval, (long Count, RawTrace Example)[] Ended)[] _journeys;
    private readonly (string Name, BucketCounts Time)[] _parts;

    /// <param name="metrics">The instruments.</param>
    /// <param name="journeys">Names of the journeys.</param>
    /// <param name="steps">Names of the steps, by index.</param>
    public JourneyFigures(AgentMetrics metrics, IEnumerable<string> journeys, IEnumerable<string> steps)
    {
        _metrics = metrics;
        _steps = [.. steps.Select(static name => (name, new BucketCounts(Buckets.Fast)))];
        _journeys = [.. journeys.Select(static name => (name, new BucketCounts(Buckets.Slow), new BucketCounts(Buckets.Slow), new BucketCounts(Buckets.Fast), new (long Count, RawTrace Example)[Outcomes.Length]))];
        _parts = [.. AgentMetrics.Parts.Select(static part => (part, new BucketCounts(Buckets.Fast)))];
    }

    /// <summary>A request was answered, or failed.</summary>
    public void Action(int step, TimeSpan duration, in RawTrace trace)
    {
        lock (_gate)
        {
            _steps[step].Duration.Record(duration, in trace);
        }
    }

    /// <summary>The time between two requests of a session.</summary>
    public void Interval(int journey, in IntervalSample sample, in RawTrace trace)
    {
        lock (_gate)
        {
            _journeys[journey].Interval.Record(sample.Interval, in trace);
            _parts[0].Time.Record(sample.Think, in trace);
            _parts[1].Time.Record(sample.Model, in trace);
            _parts[2].Time.Record(sample.Gateway, in trace);
            _parts[3].Time.Record(sample.Target, in trace);
            _parts[4].Time.Record(sample.Harness, in trace);
            _parts[5].Time.Record(AgentMetrics.Unaccounted(in sample), in trace);
        }
    }

    /// <summary>A session began, that late.</summary>
    public void SessionStarted(int journey, TimeSpan delay, in RawTrace trace)
    {
        _metrics.AgentActive();
        lock (_gate)
        {
            _journeys[journey].Delay.Record(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, in trace);
        }
    }

    /// <summary>A session ended.</summary>
    public void SessionEnded(int journey, SessionOutcome outcome, TimeSpan duration, in RawTrace trace)
    {
        // Not once a second: agents of short sessions would be counted many times over.
        _metrics.SessionLeft();
        lock (_gate)
        {
            ref var ended = ref _journeys[journey].Ended[(int)outcome];
            ended = (ended.Count + 1, trace.Sampled ? trace : ended.Example);
            _journeys[journey].Duration.Record(duration, in trace);
        }
    }

    /// <summary>Tells what came since the last time.</summary>
    public void Publish()
    {
        lock (_gate)
        {
            foreach (var (name, duration) in _steps)
            {
                _metrics.Actions(name, duration);
            }
            foreach (var (name, time) in _parts)
            {
                _metrics.Part(name, time);
            }
            foreach (var (name, delay, duration, interval, ended) in _journeys)
            {
                _metrics.Journey(name, delay, duration, interval);
                foreach (var outcome in Outcomes)
                {
                    var (count, example) = ended[(int)outcome];
                    if (example.Sampled)
                    {
                        using var trace = SessionTrace.Within(JourneySpans.ContextOf(example));
                        _metrics.SessionsEnded(name, outcome, 1);
                        count--;
                    }
                    _metrics.SessionsEnded(name, outcome, count);
                    ended[(int)outcome] = default;
                }
            }
        }
    }
}
