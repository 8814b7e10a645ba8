using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Oracles;

namespace ApeTest.Agent.Journeys;

/// <summary>What is told of a session that somebody wants to know of: its record, its log lines, its events. Sessions that succeed unsampled, and are not among the slowest, never come here.</summary>
internal static class JourneyReport
{
    private const int MostBody = 64 * 1024;
    private const int MostPath = 256;

    /// <summary>The session has begun, for an observer.</summary>
    public static void Began(JourneySession session) =>
        session.Run.Observer?.Observe(new SessionStarted(session.Key.ToString(), session.Trace.TraceId, session.Journey.Name, "", null));

    /// <summary>A request was answered, for an observer. Its time is no time of the session's.</summary>
    public static void Acted(JourneySession session, CompiledStep step, int hops)
    {
        session.Clock.Harness();
        ref var entry = ref session.Trail.Last;
        var secrets = Secrets(session);
        var exchange = session.Exchange;
        var body = secrets.Clean(Encoding.UTF8.GetString(exchange.Body.Span));
        // Not before: a secret that is cut is not known again.
        body = body.Length <= MostBody ? body : body[..MostBody];
        var observation = entry.Error is null || exchange.Status > 0
            ? JsonSerializer.Serialize(new { status = exchange.Status, body = Parsed(body), note = entry.Detail })
            : JsonSerializer.Serialize(new { error = new { type = entry.Error, message = entry.Detail ?? entry.Error } });
        session.Run.Observer!.Observe(new SessionActed(session.Key.ToString(), Action(session, secrets, in entry), entry.Method, PathOf(session, secrets, in entry),
            entry.Duration, TimeSpan.FromSeconds(entry.Parts.Target), hops, observation) { IsStep = true });
        session.Clock.Exclude();
    }

    /// <summary>The session was ended before it was known what came of its request: it is no action of the target's, and is told as an error of ours.</summary>
    public static void Cancelled(JourneySession session)
    {
        session.Recorder.Error(new ErrorSample(SessionCalls.Cancelled, "harness", session.TraceKey));
        session.Trail.Last.Error = SessionCalls.Cancelled;
    }

    /// <summary>The record of a session that has ended; its log lines are written.</summary>
    public static SessionRecord Of(JourneySession session, SessionOutcome outcome, string reason, TimeSpan duration, OracleVerdict? verdict, bool slow)
    {
        var secrets = Secrets(session);
        var started = session.Run.Time.GetUtcNow() - session.Run.Time.GetElapsedTime(session.Started);
        var record = new SessionRecord
        {
            Run = session.Run.Plan.Run,
            Session = session.Key.ToString(),
            Slot = session.Start.Slot,
            TraceId = session.Trace.TraceId,
            Goal = session.Journey.Name,
            Outcome = outcome,
            Reason = secrets.Clean(reason),
            Started = started,
            DurationS = duration.TotalSeconds,
            Evidence = Evidence(session, secrets, verdict),
            Actions = Actions(session, secrets),
            Sampled = session.Sampled,
            Slow = slow,
        };
        Log(session, record, duration);
        return record;
    }

    /// <summary>What must not be told of the session, as it knows it now.</summary>
    public static SessionSecrets Secrets(JourneySession session) => new(session.Values.SecretsInClear(), session.Run.HeaderSecrets);

    private static string PathOf(JourneySession session, SessionSecrets secrets, in StepEntry entry)
    {
        var path = secrets.Clean(session.Trail.PathOf(in entry));
        return path.Length <= MostPath ? path : path[..MostPath];
    }

    private static JsonElement Parsed(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(body);
        }
    }

    private static ImmutableArray<EvidenceRecord> Evidence(JourneySession session, SessionSecrets secrets, OracleVerdict? verdict)
    {
        var evidence = ImmutableArray.CreateBuilder<EvidenceRecord>();
        foreach (var entry in session.Trail.Entries())
        {
            var step = session.Engine.Plan.Steps[entry.Step];
            var status = entry.Status > 0 ? entry.Status.ToString(CultureInfo.InvariantCulture) : entry.Error ?? "no answer";
            evidence.Add(new EvidenceRecord($"{step.Name}: {(entry.IsRedirect ? "redirect, followed" : step.Asks)}", entry.Error is null, secrets.Clean($"action {entry.Number}: {status}{(entry.Detail is { } detail ? $", {detail}" : "")}")));
        }
        foreach (var each in verdict?.Evidence ?? [])
        {
            evidence.Add(new EvidenceRecord(each.Condition, each.Ok, secrets.Clean(each.Detail)));
        }
        return evidence.ToImmutable();
    }

    private static ImmutableArray<ActionRecord> Actions(JourneySession session, SessionSecrets secrets)
    {
        var actions = ImmutableArray.CreateBuilder<ActionRecord>(Math.Min(session.Trail.Count, StepTrail.Most));
        foreach (var entry in session.Trail.Entries())
        {
            actions.Add(Action(session, secrets, in entry));
        }
        return actions.ToImmutable();
    }

    private static ActionRecord Action(JourneySession session, SessionSecrets secrets, in StepEntry entry)
    {
        var step = session.Engine.Plan.Steps[entry.Step];
        return new ActionRecord
        {
            N = entry.Number,
            Tool = step.Name,
            Args = JsonSerializer.SerializeToElement(new { method = entry.Method, path = PathOf(session, secrets, in entry) }),
            Status = entry.Status == 0 ? null : entry.Status,
            Error = entry.Error,
            Parts = entry.Parts,
            Extracted = Extracted(session, secrets, step),
        };
    }

    /// <summary>What the session has of what the step extracts. A target may echo a secret in a value that is none.</summary>
    private static ImmutableSortedDictionary<string, string> Extracted(JourneySession session, SessionSecrets secrets, CompiledStep step) => session.Values.Extracted(secrets.Clean)
        .Where(value => value.Source.StartsWith(step.Name + ":", StringComparison.Ordinal))
        .ToImmutableSortedDictionary(static value => value.Name, static value => value.Value, StringComparer.Ordinal);

    private static void Log(JourneySession session, SessionRecord record, TimeSpan duration)
    {
        var log = new SessionLog(session.Run.SessionLogger, record.Sampled || record.Slow, session.Run.Time, late: true);
        // The lines take their trace from the current activity; nobody is told of this one.
        using var trace = new Activity("session").SetParentId(ActivityTraceId.CreateFromString(record.TraceId),
            ActivitySpanId.CreateFromString(session.Trace.Span.ToString("x16", CultureInfo.InvariantCulture))).Start();
        using (Use(session, record, null))
        {
            log.Started(record.Goal, null, record.Started);
        }
        foreach (var entry in session.Trail.Entries())
        {
            using (Use(session, record, entry.Number))
            {
                var at = record.Started + session.Run.Time.GetElapsedTime(session.Started, entry.Dispatched) + entry.Duration;
                log.Action(session.Engine.Plan.Steps[entry.Step].Name, entry.Status, entry.Error, entry.Duration, entry.Parts, at);
            }
        }
        using (Use(session, record, null))
        {
            log.Ended(record.Outcome, record.Reason, duration, session.Trail.Count);
        }
    }

    private static IDisposable Use(JourneySession session, SessionRecord record, int? action) => RequestIdentity.Use(new RequestIdentity
    {
        Run = record.Run,
        Session = record.Session,
        Agent = session.Start.Slot.ToString(CultureInfo.InvariantCulture),
        Action = action?.ToString(CultureInfo.InvariantCulture),
    });
}
