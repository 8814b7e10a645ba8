using System.Globalization;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Identity;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Log lines of one session. A sampled session writes at once; of any other the last 64 lines are kept and written when it did not
/// succeed, each with its own time in <c>at</c> (DESIGN 5, Sampling). Trace and identity come from the session's flow.
/// </summary>
/// <param name="logger">Where they go.</param>
/// <param name="sampled">Whether the session is sampled.</param>
/// <param name="time">Clock.</param>
/// <param name="late">Whether the session has ended already: its lines come with their times and are written at the end. Default false.</param>
internal sealed partial class SessionLog(ILogger logger, bool sampled, TimeProvider time, bool late = false)
{
    private const int MaxKept = 64;
    private readonly Queue<Line> _kept = new();
    private readonly bool _enabled = logger.IsEnabled(LogLevel.Information);

    private enum Kind
    {
        Started,
        Model,
        Action,
    }

    public void Started(string goal, string? persona, DateTimeOffset? at = null) =>
        Add(new Line { Kind = Kind.Started, Name = goal, Detail = persona, At = at ?? default });

    public void Model(string model, string? finishReason, int calls, TimeSpan duration, TimeSpan? ttft, int promptTokens, int completionTokens)
        => Add(new Line
        {
            Kind = Kind.Model, Name = model, Detail = finishReason, Status = calls, Duration = duration, Ttft = ttft, Prompt = promptTokens, Completion = completionTokens,
        });

    public void Action(string tool, int status, string? error, TimeSpan duration, in ActionParts parts, DateTimeOffset? at = null)
        => Add(new Line { Kind = Kind.Action, Name = tool, Status = status, Detail = error, Duration = duration, Parts = parts, At = at ?? default });

    public void Ended(SessionOutcome outcome, string reason, TimeSpan duration, int actions)
    {
        if (!_enabled || (!sampled && outcome is SessionOutcome.Succeeded))
        {
            return;
        }
        var ambient = RequestIdentity.Current;
        while (_kept.TryDequeue(out var line))
        {
            using (RequestIdentity.Use(line.Identity))
            {
                Write(line, line.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            }
        }
        using (RequestIdentity.Use(ambient))
        {
            SessionEnded(AgentMetrics.OutcomeName(outcome), reason, duration, actions);
        }
    }

    private void Add(Line line)
    {
        if (!_enabled)
        {
            return;
        }
        if (sampled && !late)
        {
            Write(line, null);
            return;
        }
        if (_kept.Count == MaxKept)
        {
            _kept.Dequeue();
        }
        _kept.Enqueue(line with { At = late ? line.At : time.GetUtcNow(), Identity = RequestIdentity.Current });
    }

    private void Write(in Line line, string? at)
    {
        switch (line.Kind)
        {
            case Kind.Started:
                SessionStarted(line.Name, line.Detail, at);
                break;
            case Kind.Model:
                ModelCompleted(line.Name, line.Detail, line.Status, line.Duration, line.Ttft, line.Prompt, line.Completion, at);
                break;
            default:
                ActionCompleted(line.Name, line.Status, line.Detail, line.Duration, line.Parts.Think, line.Parts.Model, line.Parts.Gateway, line.Parts.Target, line.Parts.Harness, at);
                break;
        }
    }

    private record struct Line
    {
        public Kind Kind;
        public DateTimeOffset At;
        public RequestIdentity? Identity;
        public string Name;
        public string? Detail;
        public int Status;
        public TimeSpan Duration;
        public TimeSpan? Ttft;
        public int Prompt;
        public int Completion;
        public ActionParts Parts;
    }

    // Fields beyond the message: they are on the line, not in its words.
#pragma warning disable SYSLIB1015
    [LoggerMessage(1, LogLevel.Information, "session for {Goal} started", EventName = "session.started")]
    private partial void SessionStarted(string goal, string? persona, string? at);

    [LoggerMessage(2, LogLevel.Information, "{Model} decided {Calls} calls", EventName = "model.completed")]
    private partial void ModelCompleted(string model, string? finishReason, int calls, TimeSpan duration, TimeSpan? ttft, int promptTokens, int completionTokens, string? at);

    [LoggerMessage(3, LogLevel.Information, "{Tool} answered {Status}", EventName = "action.completed")]
    private partial void ActionCompleted(string tool, int status, string? error, TimeSpan duration, double thinkS, double modelS, double gatewayS, double targetS,
        double harnessS, string? at);

    [LoggerMessage(4, LogLevel.Information, "session {Outcome}: {Reason}", EventName = "session.ended")]
    private partial void SessionEnded(string outcome, string reason, TimeSpan duration, int actions);
#pragma warning restore SYSLIB1015
}
