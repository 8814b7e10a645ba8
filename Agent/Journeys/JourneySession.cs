using System.Security.Cryptography;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// What one agent knows of the session that it runs: one object for all its sessions, begun anew for each. Shared by the parts of its runner,
/// and by nobody else.
/// </summary>
internal sealed class JourneySession
{
    private readonly ThinkTime[] _thinks;
    private SessionStream _ids = new(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), 0, 0, 0);
    private SessionStream _think;

    public JourneySession(RunContext run, JourneyEngine engine, BlockRecorder recorder, int slot)
    {
        (Run, Engine, Recorder, Slot) = (run, engine, recorder, slot);
        Values = engine.Plan.CreateValues(engine.Shared);
        Clock = new SessionClock(run.Time);
        Figures = engine.FiguresOf(slot);
        Operations = [.. engine.Plan.Steps.Select(step => recorder.Operation(step.Name, step.Method))];
        Goals = [.. engine.Plan.Journeys.Select(journey => recorder.Goal(journey.Name))];
        Groups = [.. engine.Plan.Journeys.Select(journey => journey.Groups.Select(recorder.Group).ToArray())];
        Journey = engine.Plan.Journeys[0];
        _thinks = [.. run.Plan.Scenario.Personas.Select(static persona => persona.Think)];
    }

    public RunContext Run { get; }

    public JourneyEngine Engine { get; }

    public BlockRecorder Recorder { get; }

    public int Slot { get; }

    public JourneyFigures Figures { get; }

    public JourneyValues Values { get; }

    public SessionClock Clock { get; }

    public StepTrail Trail { get; } = new();

    public RawRequest Request { get; } = new();

    public RawExchange Exchange { get; } = new();

    /// <summary>Keys of the steps, by index.</summary>
    public OperationKey[] Operations { get; }

    /// <summary>Keys of the journeys, by index.</summary>
    public GoalKey[] Goals { get; }

    /// <summary>Keys of the journeys' groups, by the indexes of journey and group.</summary>
    public GroupKey[][] Groups { get; }

    /// <summary>Which session it is.</summary>
    public SessionStart Start { get; private set; }

    /// <summary>Index of its journey.</summary>
    public int Index { get; private set; }

    public CompiledJourney Journey { get; private set; }

    public SessionKey Key => new(Start.Slot, Start.Number);

    /// <summary>When it started.</summary>
    public long Started { get; private set; }

    /// <summary>How late it started, where that counts (open model); null in the closed model.</summary>
    public TimeSpan? Late { get; private set; }

    /// <summary>Its time limit.</summary>
    public TimeSpan Limit { get; private set; }

    /// <summary>Whether spans and info-level log lines are kept.</summary>
    public bool Sampled { get; private set; }

    /// <summary>Its trace; the span is the session's own.</summary>
    public RawTrace Trace { get; private set; }

    public TraceKey TraceKey => new(Trace.TraceHigh, Trace.TraceLow);

    /// <summary>Judges by declared conditions; null where the steps' checks decide alone.</summary>
    public JourneyOracle? Oracle { get; private set; }

    /// <summary>Spans for whoever listens; null for nobody.</summary>
    public JourneySpans? Spans { get; private set; }

    /// <summary>Duration of the slowest of its requests so far.</summary>
    public TimeSpan Longest { get; set; }

    /// <summary>What ended it; null while it goes on, or where it came to its last step.</summary>
    public SessionEnd? End { get; set; }

    /// <summary>What the first step that failed makes of the session, whatever comes after it; null where none has.</summary>
    public SessionEnd? Failure { get; set; }

    /// <summary>Pause before a request where its step says nothing.</summary>
    public ThinkTime UsualThink { get; private set; }

    /// <summary>Time that is left of its limit at a timestamp.</summary>
    public TimeSpan LeftAt(long now) => Limit - Run.Time.GetElapsedTime(Started, now);

    /// <summary>Begins another session.</summary>
    public void Begin(int journey, in SessionStart start)
    {
        (Index, Journey, Start) = (journey, Engine.Plan.Journeys[journey], start);
        (End, Failure, Longest) = (null, null, TimeSpan.Zero);
        Started = Run.Time.GetTimestamp();
        var delay = Run.Time.GetElapsedTime(start.Meant, Started);
        // In the open model a user who had to wait for the generator has waited: what it measures counts from the intended start.
        Late = start.Arrival is null ? null : delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
        var (slot, number) = start.Seeded;
        var (plan, scenario) = (Run.Plan, Run.Plan.Scenario);
        _think = new SessionStream(plan.Seed, slot, number, SessionStream.ThinkPurpose);
        var persona = Engine.Mix.Persona(plan.Seed, slot, number);
        UsualThink = Journey.Spec.Think ?? (persona is { } index ? _thinks[index] : ThinkTime.None);
        Limit = Journey.Spec.Timeout ?? scenario.Session.Timeout;
        if (persona is { } whose && scenario.Personas[whose].Patience < Limit)
        {
            Limit = scenario.Personas[whose].Patience!.Value;
        }
        Sampled = Engine.Sample > 0 && (Engine.Sample >= 1 || Drawn(SessionStream.SamplePurpose) < Engine.Sample);
        Trace = new RawTrace(_ids.NextUInt64(), _ids.NextUInt64() | 1, _ids.NextUInt64() | 1, Sampled);
        Trail.Clear();
        Clock.Reset();
        Oracle = Journey.Spec.Success.IsEmpty && Journey.Spec.Failure.IsEmpty ? null : new JourneyOracle(this);
        Request.KeepsBody = Oracle is not null || Run.Observer is not null;
        Spans = Sampled ? JourneySpans.Start(this) : null;
        Recorder.SessionStarted(Goals[journey], delay, Key, TraceKey);
        Figures.SessionStarted(journey, delay, Trace);
    }

    /// <summary>Begins what is done after the last session, or around all of them, which is none: it has no outcome, and only its requests are in the figures.</summary>
    public void BeginOnce(int index, CompiledJourney journey)
    {
        (Index, Journey, End, Failure, Late, Oracle, Spans) = (index, journey, null, null, null, null, null);
        Request.KeepsBody = Run.Observer is not null;
        Limit = Journey.Spec.Timeout ?? Run.Plan.Scenario.Session.Timeout;
        Trace = new RawTrace(_ids.NextUInt64(), _ids.NextUInt64() | 1, _ids.NextUInt64() | 1, Sampled: true);
        Started = Run.Time.GetTimestamp();
        Trail.Clear();
        Clock.Reset();
    }

    /// <summary>Takes the session's data; where a feed has no row left, <see cref="ApeTestException"/>.</summary>
    public void BeginValues()
    {
        var (slot, number) = Start.Seeded;
        Values.Begin(Run.Plan.Seed, slot, number, Journey);
    }

    /// <summary>A think time drawn for this session.</summary>
    public TimeSpan Draw(in ThinkTime think) => think.Mean == TimeSpan.Zero ? TimeSpan.Zero : think.Next(_think.NextDouble());

    /// <summary>The context of the session's next request: its trace and a span of its own.</summary>
    public RawTrace NextTrace() => Trace with { Span = _ids.NextUInt64() | 1 };

    private double Drawn(uint purpose)
    {
        var (slot, number) = Start.Seeded;
        return SessionStream.ToUnit(SessionStream.Key(Run.Plan.Seed, slot, number, purpose));
    }
}
