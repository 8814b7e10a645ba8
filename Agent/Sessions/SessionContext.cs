using System.Globalization;
using System.Text.Json;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;

namespace ApeTest.Agent.Sessions;

/// <summary>What one session starts with, knows and leaves behind. Shared by the parts of the session, and by nobody else.</summary>
internal sealed class SessionContext
{
    // A shorter cookie is a word (theme=dark), not an id.
    private const int ShortestCookie = 8;

    private readonly string _agent;
    private readonly SessionStart _start;

    /// <param name="run">The run.</param>
    /// <param name="recorder">Where the block's figures go.</param>
    /// <param name="start">Which session it is.</param>
    public SessionContext(RunContext run, BlockRecorder recorder, in SessionStart start)
    {
        (Run, Recorder, _start) = (run, recorder, start);
        _agent = start.Slot.ToString(CultureInfo.InvariantCulture);
        Id = $"{_agent}-{start.Number.ToString(CultureInfo.InvariantCulture)}";

        // Inputs: goal, persona, data, think times, sampling; all from hash(seed, slot, session), or hash(seed, arrival).
        Inputs = SessionInputs.Create(run.Plan, start.Seeded.Slot, start.Seeded.Session, run.Time);
        var sample = run.Plan.Scenario.SampleFor(SessionKind.Goal);
        Sampled = sample >= 1 || (sample > 0 && Random("sample").NextDouble() < sample);

        // State: clean, and nobody else's.
        State = new SessionState(Identity(1), run.Time);
        foreach (var (name, value) in Inputs.Secrets)
        {
            State.Secrets[name] = value;
        }
        Secrets = new SessionSecrets(Inputs.Secrets, run.HeaderSecrets);
        State.PickedUp = Hide;
        State.Known = Inputs.Values;
        Limits = new SessionLimits(Inputs.Limits);
        Log = new SessionLog(run.SessionLogger, Sampled, run.Time);
        Clock = new SessionClock(run.Time);
        Prompts = Sampled ? new PromptLog(Secrets) : null;
        Narrator = run.Observer is { } observer ? new SessionNarrator(this, observer) : null;
    }

    public RunContext Run { get; }

    public BlockRecorder Recorder { get; }

    public int Slot => _start.Slot;

    /// <summary>Open model: how late the session started, which its first action has to answer for; null in the closed model.</summary>
    public TimeSpan? FirstActionLate { get; set; }

    /// <summary><c>{slot}-{n}</c>.</summary>
    public string Id { get; }

    public SessionInputs Inputs { get; }

    /// <summary>Whether spans and info-level log lines are kept.</summary>
    public bool Sampled { get; }

    public SessionState State { get; }

    public SessionSecrets Secrets { get; }

    public SessionLimits Limits { get; }

    public SessionLog Log { get; }

    public SessionClock Clock { get; }

    public Transcript Transcript { get; } = new();

    /// <summary>What the model is sent and says; null where the session is not sampled, and none of it is kept.</summary>
    public PromptLog? Prompts { get; }

    /// <summary>Tells what happens; null where nobody watches, as in a load.</summary>
    public SessionNarrator? Narrator { get; }

    /// <summary>The session's id as it is recorded.</summary>
    public SessionKey Key => new(_start.Slot, _start.Number);

    /// <summary>The trace id as it is recorded.</summary>
    public TraceKey Trace => TraceKey.Of(State.Trace.TraceId);

    public string TraceId => State.Trace.TraceId.ToHexString();

    /// <summary>A random stream of this session's own.</summary>
    public Random Random(string purpose) => SessionRandom.Create(Run.Plan.Seed, _start.Seeded.Slot, _start.Seeded.Session, purpose);

    /// <summary>Whose action call number <paramref name="call"/> is.</summary>
    public ActionIdentity Identity(int call) => new(Run.Plan.Run, Id, _agent, call);

    /// <summary>Puts the identity on log lines and model calls of this flow until disposed; call 0 stands for the session itself.</summary>
    public IDisposable Use(int call) => RequestIdentity.Use(new RequestIdentity
    {
        Run = Run.Plan.Run,
        Session = Id,
        Agent = _agent,
        Action = call == 0 ? null : call.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>What a brain may know beside the conversation: data, placeholders of secrets, variables.</summary>
    public Dictionary<string, JsonElement> KnownState()
    {
        var known = new Dictionary<string, JsonElement>(Inputs.Values.Count + Inputs.Secrets.Count + State.Variables.Count, StringComparer.Ordinal);
        foreach (var (name, value) in Inputs.Values)
        {
            known[name] = JsonSerializer.SerializeToElement(value);
        }
        foreach (var name in Inputs.Secrets.Keys)
        {
            known[name] = JsonSerializer.SerializeToElement(Template.Placeholder(name));
        }
        foreach (var (name, value) in State.Variables)
        {
            known[name] = Secrets.Clean(value);
        }
        return known;
    }

    /// <summary>Something worked again.</summary>
    public void Recovered(string kind)
    {
        Recorder.Recovery(kind);
        Run.Metrics.Recovery(kind);
        Narrator?.Recovered(kind);
    }

    /// <summary>The model or the harness failed.</summary>
    public void Failed(string type, string where) => Recorder.Error(new ErrorSample(type, where, Trace));

    /// <summary>From here on what the session picked up is secret like the scenario's own values: a brain may name it but never sees it.</summary>
    private void Hide(string name, string value)
    {
        if (name.StartsWith("cookie.", StringComparison.Ordinal) && value.Length < ShortestCookie)
        {
            return;
        }
        name = $"session.{name}";
        Secrets.PickUp(value, Template.Placeholder(name));
        State.Secrets[name] = value;
    }
}
