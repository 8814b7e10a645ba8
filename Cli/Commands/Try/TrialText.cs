using System.Globalization;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Cli.Rendering;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Try;

/// <summary>A trial as text, each step as it happens: what the agent thought, called, sent and got, then the evidence.</summary>
internal sealed class TrialText(CliEnvironment environment, Paint paint, bool full) : ITrialView
{
    private const int MostBodyLines = 5;

    private readonly LabelledText _text = LabelledText.For(environment, paint);
    private readonly Queue<ToolCall> _calls = new();
    private int _number = 1;
    private bool _numbered;

    public void Begin(TrialStart start)
    {
        var plan = start.Plan;
        var others = start.Judged.Goals.Length + start.Judged.Journeys.Length - 1;
        _text.Write(null, "run", $"{plan.Run}, seed {plan.Seed}");
        _text.Write(null, "target", plan.Scenario.Target.Url.ToString());
        if (start.Journey is { } journey)
        {
            _text.Write(null, "journey", journey.Name);
            _text.Write(null, "oracle", $"the checks of its steps{(journey.Success.IsEmpty ? string.Empty : $", and {SuccessWords.Of(start.Goal)}")}");
        }
        else
        {
            _text.Write(null, "model", plan.Scenario.Llm.Model);
            _text.Write(null, "oracle", $"{plan.Oracle}: {SuccessWords.Of(start.Goal)}");
        }
        if (others > 0)
        {
            _text.Write(null, start.Judged.Journeys.IsEmpty ? "goals" : "others", $"{start.Goal.Name}, and {others} more; --pick NAME tries another");
        }
        Flush();
    }

    public void Show(SessionEvent happened)
    {
        switch (happened)
        {
            case SessionStarted { Text.Length: 0 }:
                // A journey: it has been named.
                break;
            case SessionStarted started:
                _text.Write(null, "goal", started.Text + (started.Persona is { } persona ? $" (as {persona})" : string.Empty));
                break;
            case SessionDecided decided:
                Decided(decided);
                break;
            case SessionModelFailed failed:
                _text.Gap();
                _text.Write(null, "model", $"{failed.ErrorType}: {failed.Message}", colour: paint.Bad);
                break;
            case SessionActed acted:
                Acted(acted);
                break;
            case SessionNoted noted:
                Ended(noted.Call.N);
                break;
            case SessionRejected rejected:
                Label("refused", $"not sent: {Observation.Read(rejected.Observation).Text}", colour: paint.Bad);
                Ended(rejected.Call.N);
                break;
            case SessionRecovered recovered:
                Label("again", RecoveryOf(recovered.Kind), colour: paint.Good);
                break;
            case SessionClaimed claimed:
                Label("finish", $"claims {(claimed.Success ? "success" : "failure")}{(claimed.Reason.Length > 0 ? $": {claimed.Reason}" : string.Empty)}");
                break;
        }
        Flush();
    }

    public void End(TrialResult result)
    {
        _text.Gap();
        new TrialEnding(_text, paint).Write(result);
        Flush();
    }

    private void Decided(SessionDecided decided)
    {
        _text.Gap();
        _numbered = false;
        var cost = decided.Model is { } use
            ? $"({ApeTest.Runs.Rendering.Show.Duration(use.Duration)}, {ApeTest.Runs.Rendering.Show.Count(use.PromptTokens)} + {ApeTest.Runs.Rendering.Show.Count(use.CompletionTokens)} tokens)"
            : null;
        var (reasoning, said) = (Said(decided.Reasoning), Said(decided.Text));
        var (thought, note) = Body(reasoning ?? said ?? ApeTest.Runs.Rendering.Show.Nothing);
        Label("thought", thought, note is null ? cost : $"{note} {cost}");
        if (reasoning is not null && said is not null)
        {
            Label("said", said);
        }
        _calls.Clear();
        foreach (var call in decided.Calls)
        {
            _calls.Enqueue(call);
        }
        if (decided.Calls.IsEmpty)
        {
            Label("call", "none: the model only talked, and is asked again", colour: paint.Warn);
        }
        NextCall();
    }

    private void Acted(SessionActed acted)
    {
        var call = acted.Call;
        var answer = call.Status?.ToString(CultureInfo.InvariantCulture) ?? call.Error;
        var parts = new List<string> { $"gateway {ApeTest.Runs.Rendering.Show.Duration(acted.Duration - acted.Target)}", $"target {ApeTest.Runs.Rendering.Show.Duration(acted.Target)}" };
        if (call.Parts is { Think: > 0 and var think })
        {
            parts.Insert(0, $"after {ApeTest.Runs.Rendering.Show.Seconds(think)} of think time");
        }
        if (acted.Redirects > 0)
        {
            parts.Add(acted.Redirects == 1 ? "1 redirect" : $"{acted.Redirects} redirects");
        }
        if (acted.IsStep)
        {
            _text.Gap();
            Label("step", call.Tool);
        }
        Label("sent", $"{acted.Method} {acted.Path}");
        Label("got", $"{answer} in {ApeTest.Runs.Rendering.Show.Duration(acted.Duration)}", $"({string.Join(", ", parts)})", call.Error is null ? paint.Good : paint.Bad);
        var observation = Observation.Read(acted.Observation);
        if (observation.Text.Length > 0)
        {
            var (shown, note) = Body(observation.Text);
            Label(string.Empty, shown, note);
        }
        if (observation.Note is { } said)
        {
            Label("note", said);
        }
        if (!call.Extracted.IsEmpty)
        {
            Label("kept", string.Join(", ", acted.IsStep ? call.Extracted.Select(static pair => $"{pair.Key}={pair.Value}") : call.Extracted.Keys));
        }
        Ended(call.N);
    }

    /// <summary>The call with this number is done; the next of the same decision follows.</summary>
    private void Ended(int number)
    {
        _number = number + 1;
        _numbered = false;
        NextCall();
    }

    private void NextCall()
    {
        // What finish claims is told when it is taken.
        if (_calls.TryDequeue(out var call) && call.Tool != "finish")
        {
            Label("call", $"{call.Tool} {Compact(call.Arguments)}");
        }
    }

    private void Label(string label, string text, string? tail = null, Func<string, string>? colour = null)
    {
        _text.Write(_numbered ? null : _number, label, text, tail, colour);
        _numbered = true;
    }

    private (string Shown, string? Note) Body(string body)
    {
        var most = MostBodyLines * _text.Room;
        return full || body.Length <= most
            ? (body, null)
            : (body[..(char.IsHighSurrogate(body[most - 1]) ? most - 1 : most)] + "…", $"({ApeTest.Runs.Rendering.Show.Count(body.Length)} characters in all; --full shows them)");
    }

    private static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string RecoveryOf(string kind) => kind switch
    {
        "reauth" => "logged in again",
        "retry_after" => "waited as the target asked, and it answered",
        "model_backoff" => "the model was asked once more, and answered",
        _ => kind,
    };

    private static string Compact(JsonElement arguments) => arguments.ValueKind is JsonValueKind.Undefined ? "{}" : Observation.Compact(arguments);

    // A step is seen when it happens, also through a pipe.
    private void Flush() => environment.Out.Flush();
}
