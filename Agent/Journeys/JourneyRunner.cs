using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Raw;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// One agent that replays journeys, on one thread (<see cref="IAgentThread"/>): sends what <see cref="JourneyMachine"/> says, waits, and tells it what came.
/// One object for all sessions of a slot. Whatever fails on the way is data; it never throws.
/// </summary>
internal sealed partial class JourneyRunner : IAsyncDisposable
{
    private static readonly TimeSpan LongestTeardown = TimeSpan.FromSeconds(10);

    // A process that is told twice to end does so within 5 s, its last figures included.
    private static readonly TimeSpan HurriedTeardown = TimeSpan.FromSeconds(2);

    private readonly JourneySession _session;
    private readonly JourneyMachine _machine;
    private readonly IAgentThread _thread;
    private readonly IRawTransport _transport;

    /// <param name="run">The run.</param>
    /// <param name="engine">Its engine.</param>
    /// <param name="recorder">Where the block's figures go.</param>
    /// <param name="slot">Slot, from 0.</param>
    /// <param name="thread">Where it runs.</param>
    /// <param name="transport">Its own way to the target, disposed with it.</param>
    public JourneyRunner(RunContext run, JourneyEngine engine, BlockRecorder recorder, int slot, IAgentThread thread, IRawTransport transport)
    {
        _session = new JourneySession(run, engine, recorder, slot);
        _machine = new JourneyMachine(_session);
        (_thread, _transport) = (thread, transport);
    }

    /// <summary>
    /// Runs a session of a journey to its end. False where it ended within <paramref name="suspicious"/> without any answer, or in its agent's set-up: the
    /// next one must not follow at once. Its state machine goes back to a pool: a session costs none.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> RunAsync(int journey, SessionStart start, StopOrder stop, TimeSpan suspicious)
    {
        _session.Begin(journey, in start);
        var verdict = await GoAsync(stop.Aborted, stop, once: default);
        _transport.EndSession();
        var hasActed = End(verdict) || _session.Run.Time.GetElapsedTime(_session.Started) >= suspicious;
        return hasActed && !_machine.IsInSetup;
    }

    /// <summary>Runs what is done once a run. Returns what it extracted, in clear; where a step failed, <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunOnceAsync(string name, CompiledJourney journey, CancellationToken cancellationToken)
    {
        _session.BeginOnce(0, journey);
        await GoAsync(cancellationToken, stop: null, journey.Program);
        cancellationToken.ThrowIfCancellationRequested();
        return (_session.End ?? _session.Failure)?.Reason is { } reason
            ? throw new ApeTestException($"the scenario's `{name}` failed: {reason}", "Try its steps with `ape-test try` in a journey of their own.", ExitCodes.Environment)
            : _session.Values.ExtractedInClear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync(CancellationToken.None);

    /// <summary>Tears down what the agent has set up, then closes its connection. Once <paramref name="aborted"/> is cancelled it has little time left.</summary>
    public async ValueTask EndAsync(CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(LongestTeardown, _session.Run.Time);
        await using var hurry = aborted.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).CancelAfter(HurriedTeardown), limit);
        for (var i = 0; i < _session.Engine.Plan.Journeys.Length; i++)
        {
            if (_machine.HasTeardown(i))
            {
                _session.BeginOnce(i, _session.Engine.Plan.Journeys[i]);
                await GoAsync(limit.Token, stop: null, _session.Journey.Teardown);
            }
        }
        _transport.Dispose();
    }

    /// <summary>Goes to the end of a session, whose verdict it returns where conditions were declared; without <paramref name="stop"/>, of <paramref name="once"/>, which is done beside sessions.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OracleVerdict?> GoAsync(CancellationToken aborted, StopOrder? stop, ImmutableArray<Instruction> once)
    {
        try
        {
            if (stop is null)
            {
                _machine.BeginOnce(once);
            }
            else
            {
                _machine.Begin();
                JourneyReport.Began(_session);
            }
            while (_machine.Next() is var move and not Move.End)
            {
                if (move is Move.Pause)
                {
                    await _thread.DelayAsync(_machine.Pause, aborted);
                    _machine.Paused();
                    continue;
                }
                var sending = _transport.SendAsync(_session.Request, _session.Exchange, aborted);
                var atOnce = sending.IsCompleted;
                await sending;
                if (_machine.Answered(atOnce))
                {
                    await _session.Oracle!.ReadAsync(aborted);
                }
            }
            if (_session is { End: null, Failure: null, Oracle: { } oracle })
            {
                var verdict = await oracle.JudgeAsync(aborted);
                if (verdict is null)
                {
                    aborted.ThrowIfCancellationRequested();
                }
                _session.End = JourneyOracle.Judge(verdict);
                return verdict;
            }
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            if (_machine.IsUnderWay)
            {
                JourneyReport.Cancelled(_session);
            }
            _session.End = SessionEnd.Aborted(stop?.Reason ?? "teardown: it took too long");
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
        return null;
    }

    // A bug of ours must cost one session, not the run.
    private void Fault(Exception exception)
    {
        _session.Recorder.Error(new ErrorSample("harness", "harness", _session.TraceKey));
        JourneyFailed(_session.Run.SessionLogger, exception);
        _session.End = SessionEnd.AgentError($"harness: {exception.GetType().Name}");
    }

    private bool End(OracleVerdict? verdict)
    {
        var (run, trail) = (_session.Run, _session.Trail);
        var duration = run.Time.GetElapsedTime(_session.Started) + (_session.Late ?? TimeSpan.Zero);
        var (outcome, reason) = _session switch
        {
            { End: { } end } => (end.Outcome ?? SessionOutcome.AgentError, end.Reason),
            { Failure: { } failure } => (failure.Outcome ?? SessionOutcome.AgentError, failure.Reason),
            { Trail.Count: 0 } => (SessionOutcome.Stuck, "no_evidence: no request was sent"),
            _ => (SessionOutcome.Succeeded, "evidence: every check holds"),
        };
        _session.Spans?.Ended(outcome);
        _session.Figures.SessionEnded(_session.Index, outcome, duration, _session.Trace);
        var slow = outcome is SessionOutcome.Succeeded && _session.Recorder.IsSlow(duration, _session.Longest);
        if (outcome is SessionOutcome.Succeeded && !slow && !_session.Sampled && run.Observer is null)
        {
            _session.Recorder.SessionEnded(_session.Goals[_session.Index], outcome, duration, trail.Count, _session.Key);
            return true;
        }
        var record = JourneyReport.Of(_session, outcome, reason, duration, verdict, slow);
        _session.Recorder.SessionEnded(record, duration, trail.Count);
        run.Observer?.Observe(new SessionEnded(record.Session, record, trail.Count));
        return _machine.WasAnswered;
    }

    [LoggerMessage(31, LogLevel.Error, "the journey failed by a fault of the agent", EventName = "journey.harness_failed")]
    private static partial void JourneyFailed(ILogger logger, Exception exception);
}
