using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// Interprets the program of a session's journey. <see cref="Next"/> goes on until something has to be waited for and says what; the runner waits,
/// and tells it here. Nothing in it is asynchronous, and in a session in which nothing fails nothing of it allocates.
/// </summary>
internal sealed partial class JourneyMachine(JourneySession session)
{
    /// <summary>Error type: a request could not be written.</summary>
    public const string Template = "template";

    private const string LoopLimit = "loop_limit";
    private const string SessionTimeout = "session_timeout";

    // The shortest pause that goes through the loop, or the pool, and lets others have their turn.
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPace = TimeSpan.FromSeconds(1);

    private readonly bool[] _isSetUp = new bool[session.Engine.Plan.Journeys.Length];
    private readonly (long Started, int Failures)[] _groups = new (long, int)[session.Engine.Plan.Journeys.Max(static journey => journey.Groups.Length)];
    private JourneyCursor _cursor;
    private int _failures;
    private int _status;
    private CompiledStep? _step;
    private bool _sendsNext;
    private bool _isReady;
    private int _hops;
    private int _attempts;
    private RestKind _rest;
    private bool _isPatient;
    private TimeSpan _retryWait;
    private RestKind _retryRest;
    private TimeSpan _pace;
    private bool _isPaced;

    /// <summary>How long the pause is that <see cref="Next"/> asked for.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>The step whose request is under way or was answered last.</summary>
    public CompiledStep? Step => _step;

    /// <summary>Whether a request was sent of which is not known what came of it.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Whether the target answered anything in the session, with whatever status.</summary>
    public bool WasAnswered { get; private set; }

    /// <summary>Whether it is in the agent's set-up, or ended there.</summary>
    public bool IsInSetup { get; private set; }

    /// <summary>Begins the session that <see cref="JourneySession.Begin"/> has begun.</summary>
    public void Begin()
    {
        WasAnswered = false;
        session.BeginValues();
        IsInSetup = Does(session.Journey.Setup) && !_isSetUp[session.Index];
        _isSetUp[session.Index] |= !IsInSetup;
        Start(IsInSetup ? session.Journey.Setup : session.Journey.Program);
    }

    /// <summary>Whether the agent has something to do after its last session of a journey.</summary>
    public bool HasTeardown(int journey) => _isSetUp[journey] && Does(session.Engine.Plan.Journeys[journey].Teardown);

    // One that does nothing is its end alone.
    private static bool Does(ImmutableArray<Instruction> program) => program.Length > 1;

    /// <summary>Begins a program beside the sessions, in what <see cref="JourneySession.BeginOnce"/> has begun.</summary>
    public void BeginOnce(ImmutableArray<Instruction> program)
    {
        IsInSetup = false;
        session.BeginValues();
        Start(program);
    }

    /// <summary>What comes next.</summary>
    public Move Next()
    {
        while (session.End is null)
        {
            if (_retryWait > TimeSpan.Zero)
            {
                (var wait, _retryWait, _isPaced) = (_retryWait, TimeSpan.Zero, false);
                return Rest(wait, _retryRest);
            }
            if (_isPaced)
            {
                _isPaced = false;
                return Rest(_pace, RestKind.Yield);
            }
            if (_isReady)
            {
                _isReady = false;
                return Dispatch();
            }
            if (_sendsNext)
            {
                if (Send(_step!) is { } late)
                {
                    return late;
                }
                continue;
            }
            var instruction = _cursor.Next(session.Values, _status);
            switch (instruction.Kind)
            {
                case InstructionKind.Send:
                    _step = session.Journey.Steps[instruction.Argument];
                    if (session.Clock.HasActed && session.Draw(_step.Think ?? session.UsualThink) is { Ticks: > 0 } think)
                    {
                        _sendsNext = true;
                        return Rest(think, RestKind.Think);
                    }
                    if (Send(_step) is { } sent)
                    {
                        return sent;
                    }
                    break;
                case InstructionKind.Pause when session.Draw(session.Journey.Pauses[instruction.Argument]) is { Ticks: > 0 } pause:
                    return Rest(pause, RestKind.Think);
                case InstructionKind.Yield:
                    return Rest(Turn, RestKind.Yield);
                case InstructionKind.LoopNext:
                    session.Recorder.Error(new ErrorSample(LoopLimit, "target", session.TraceKey) { Operation = _step?.Name });
                    session.End = SessionEnd.Failed($"{LoopLimit}: the condition still holds after {session.Journey.Loops[instruction.Argument].Max} turns");
                    break;
                case InstructionKind.GroupStart when IsLoad:
                    _groups[instruction.Argument] = (session.Run.Time.GetTimestamp(), _failures);
                    break;
                case InstructionKind.GroupEnd when IsLoad && _groups[instruction.Argument] is var group && group.Failures == _failures:
                    session.Recorder.GroupEnded(session.Groups[session.Journey.Index][instruction.Argument], session.Run.Time.GetElapsedTime(group.Started));
                    break;
                case InstructionKind.End when IsInSetup:
                    (IsInSetup, _isSetUp[session.Index]) = (false, true);
                    session.Values.Mark();
                    Start(session.Journey.Program);
                    break;
                case InstructionKind.End:
                    return Move.End;
                default:
                    break;
            }
        }
        return Move.End;
    }

    /// <summary>The pause is over.</summary>
    public void Paused()
    {
        _cursor.Waited();
        switch (_rest)
        {
            case RestKind.Wait:
                session.Clock.Wait();
                break;
            case RestKind.BackOff:
                session.Clock.Exclude();
                break;
            case RestKind.Think:
                session.Clock.Think();
                break;
            default:
                session.Clock.Harness();
                break;
        }
        if (!_isPatient)
        {
            TimedOut();
        }
    }

    /// <summary>The request was answered, or failed; what came of it is in <see cref="JourneySession.Exchange"/>. True where a declared read is due.</summary>
    /// <param name="atOnce">Whether nothing was waited for: such a failure takes the thread from nobody else but in a row.</param>
    public bool Answered(bool atOnce)
    {
        IsUnderWay = false;
        var (step, exchange) = (_step!, session.Exchange);
        _status = exchange.Status;
        WasAnswered |= _status > 0;
        Pace(atOnce);
        if (exchange.ErrorType is TargetErrors.Denied or TargetErrors.Budget or TargetErrors.CircuitOpen)
        {
            NotSent(step, exchange);
            return false;
        }
        var timing = new TargetTiming(exchange.Gateway, exchange.Target, exchange.Ttfb, exchange.Retries, "none") { Revision = exchange.Revision };
        var interval = session.Clock.Acted(session.Journey.Name, exchange.Dispatched, in timing, out var parts, exchange.Ended);

        // 1. A redirect that is followed, which makes another request of this one, or what the step asks for.
        session.Oracle?.Answered(step, exchange);
        var (result, leads) = Read(step, exchange);

        // 2. Figures.
        ref var entry = ref session.Trail.Last;
        (entry.Status, entry.Error, entry.Detail, entry.IsRedirect) = (exchange.Status, result.ErrorType, result.Detail, leads);
        (entry.Dispatched, entry.Duration, entry.Parts) = (exchange.Dispatched, timing.Total, parts);
        Record(step, exchange, in timing, in result, interval);
        session.Spans?.Answered(exchange.Status, result.ErrorType);
        var isDue = session.Oracle?.Observe(session.Trail.Count, step, leads) ?? false;
        if (session.Run.Observer is not null)
        {
            JourneyReport.Acted(session, step, _hops);
        }

        // 3. What it means for the session.
        if (leads)
        {
            (_isReady, _hops) = (true, _hops + 1);
        }
        else if (!result.IsOk && !Retries(step, exchange))
        {
            Fail(step, in result);
        }
        else if (result.IsOk && _attempts > 0)
        {
            session.Recorder.Recovery("retry");
            session.Run.Metrics.Recovery("retry");
        }
        if (session.Oracle?.Failure is { } failure)
        {
            session.End ??= failure;
        }
        return isDue && session.End is null;
    }

    // What is done once a run is in no figure.
    private bool IsLoad => session.Journey.Index < session.Groups.Length;

    private void Start(ImmutableArray<Instruction> program)
    {
        _cursor = new JourneyCursor(session.Journey, program);
        (_status, _step, IsUnderWay) = (0, null, false);
        (_pace, _isPaced) = (TimeSpan.Zero, false);
        (_sendsNext, _isReady, _hops, _attempts, _retryWait) = (false, false, 0, 0, TimeSpan.Zero);
    }

    /// <summary>Null where the request cannot be written.</summary>
    private Move? Send(CompiledStep step)
    {
        (_sendsNext, _hops, _attempts) = (false, 0, 0);
        if (step.TryRender(session.Values, session.Request, out var problem))
        {
            return Dispatch();
        }
        Unwritten(step, problem);
        return null;
    }

    private Move Dispatch()
    {
        var left = session.LeftAt(session.Clock.Harness());
        if (left <= TimeSpan.Zero)
        {
            TimedOut();
            return Move.End;
        }
        var limit = _step!.Timeout;
        _isPatient = limit <= left;
        session.Request.Timeout = _isPatient ? limit : left;
        ref var entry = ref session.Trail.Add(session.Request.Target.Span, session.Request.ShownPath);
        (entry.Step, entry.Method) = (_step.Index, session.Request.Route.Method.Method);
        session.Request.Trace = session.Spans?.Sent(_step) ?? session.NextTrace();
        entry.Span = session.Request.Trace.Span;
        IsUnderWay = true;
        return Move.Send;
    }

    /// <summary>Steps that fail at once (no port is left, no descriptor) in a loop that goes on would never give the thread back: they are spaced out.</summary>
    private void Pace(bool atOnce)
    {
        _isPaced = atOnce && _status == 0;
        if (_isPaced)
        {
            _pace = _pace == TimeSpan.Zero ? Turn : _pace * 2 < LongestPace ? _pace * 2 : LongestPace;
            return;
        }
        _pace = TimeSpan.Zero;
        _cursor.Waited();
    }

    private Move Rest(TimeSpan pause, RestKind kind)
    {
        var left = session.LeftAt(session.Clock.Harness());
        (_rest, _isPatient) = (kind, pause < left);
        Pause = _isPatient ? pause : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        return Move.Pause;
    }

    private (StepResult Result, bool Leads) Read(CompiledStep step, RawExchange exchange)
    {
        if (exchange.ErrorType == TargetErrors.Timeout && !_isPatient)
        {
            return (new StepResult(SessionTimeout, exchange.ErrorMessage), false);
        }
        if (step.IsRedirect(exchange))
        {
            if (_hops >= step.Redirects)
            {
                return (new StepResult(TargetErrors.Protocol, string.Create(CultureInfo.InvariantCulture, $"more than {step.Redirects} redirects")), false);
            }
            return step.TryRedirect(exchange, session.Values, session.Request, out var problem)
                ? (StepResult.Ok, true)
                : (problem, false);
        }
        return (step.Read(exchange, session.Values), false);
    }

    private void Record(CompiledStep step, RawExchange exchange, in TargetTiming timing, in StepResult result, IntervalSample? interval)
    {
        var duration = timing.Total;
        session.Recorder.Action(new ActionSample(session.Operations[step.Index], exchange.Status, result.ErrorType, ErrorPlace.Of(result.ErrorType), duration, exchange.Ttfb,
            session.TraceKey, session.Key, interval is null ? session.Late + exchange.Queued + duration : null)
        {
            BytesSent = exchange.BytesSent,
            BytesReceived = exchange.BytesReceived,
            NewConnection = exchange.IsNewConnection,
            Retries = exchange.Retries + (_attempts > 0 ? 1 : 0),
            Detail = result.Detail is { } detail ? JourneyReport.Secrets(session).Clean(detail) : null,
        });
        session.Figures.Action(step.Index, duration, session.Trace);
        session.Longest = duration > session.Longest ? duration : session.Longest;
        if (interval is { } sample)
        {
            session.Recorder.Interval(sample);
            session.Figures.Interval(session.Index, in sample, session.Trace);
        }
        if (exchange.Revision > 0 && session.Run.GatewayEdit(exchange.Revision) is { } edit)
        {
            session.Recorder.Edited(edit);
        }
    }
}
