using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Cli.Commands.Try;

/// <summary>
/// A trial as JSON lines, one event each, as it happens: <c>begin</c>, then what the session does, then <c>result</c>. Times in seconds;
/// every line has <c>event</c>.
/// </summary>
internal sealed class TrialJson(CliEnvironment environment) : ITrialView
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Begin(TrialStart start) => Line("begin", json =>
    {
        json.WriteString("run", start.Plan.Run);
        json.WriteNumber("seed", start.Plan.Seed);
        json.WriteString("target", start.Plan.Scenario.Target.Url.ToString());
        // No model takes part in a journey.
        json.WriteString("model", start.Journey is null ? start.Plan.Scenario.Llm.Model : null);
        json.WriteString("goal", start.Goal.Name);
        json.WriteString("journey", start.Journey?.Name);
        json.WriteString("oracle", start.Plan.Oracle);
        json.WriteString("success", SuccessWords.Of(start.Goal));
    });

    public void Show(SessionEvent happened)
    {
        switch (happened)
        {
            case SessionStarted started:
                Line("started", json =>
                {
                    json.WriteString("session", started.Session);
                    json.WriteString("trace_id", started.TraceId);
                    json.WriteString("text", started.Text);
                    json.WriteString("persona", started.Persona);
                });
                break;
            case SessionDecided decided:
                Line("decided", json => Decided(json, decided));
                break;
            case SessionModelFailed failed:
                Line("model_failed", json =>
                {
                    json.WriteString("error", failed.ErrorType);
                    json.WriteString("message", failed.Message);
                });
                break;
            case SessionActed acted:
                Line("action", json =>
                {
                    Call(json, acted.Call);
                    json.WriteString("method", acted.Method);
                    json.WriteString("path", acted.Path);
                    json.WriteNumber("duration_s", acted.Duration.TotalSeconds);
                    json.WriteNumber("redirects", acted.Redirects);
                    Raw(json, "observation", acted.Observation);
                });
                break;
            case SessionNoted noted:
                Line("noted", json => CallAndObservation(json, noted.Call, noted.Observation));
                break;
            case SessionRejected rejected:
                Line("rejected", json => CallAndObservation(json, rejected.Call, rejected.Observation));
                break;
            case SessionRecovered recovered:
                Line("recovered", json => json.WriteString("kind", recovered.Kind));
                break;
            case SessionClaimed claimed:
                Line("claimed", json =>
                {
                    json.WriteNumber("n", claimed.Call);
                    json.WriteBoolean("success", claimed.Success);
                    json.WriteString("reason", claimed.Reason);
                });
                break;
        }
    }

    public void End(TrialResult result) => Line("result", json =>
    {
        json.WriteNumber("exit_code", result.ExitCode);
        json.WritePropertyName("session");
        if (result.Record is { } record)
        {
            JsonSerializer.Serialize(json, record, RunsJson.Default.SessionRecord);
        }
        else
        {
            json.WriteNullValue();
        }
        json.WriteNumber("model_calls", result.Summary.Llm.Calls);
        json.WriteNumber("tokens", result.Summary.Tokens.Prompt + result.Summary.Tokens.Completion);
        json.WriteNumber("cost_usd", result.Summary.CostUsd);
        json.WriteStartArray("advice");
        foreach (var (advice, commands) in TrialAdvice.Of(result))
        {
            json.WriteStartObject();
            json.WriteString("text", advice);
            json.WriteStartArray("commands");
            foreach (var command in commands)
            {
                json.WriteStringValue(command);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void Decided(Utf8JsonWriter json, SessionDecided decided)
    {
        json.WriteString("text", decided.Text);
        json.WriteString("reasoning", decided.Reasoning);
        json.WriteStartArray("calls");
        foreach (var call in decided.Calls)
        {
            json.WriteStartObject();
            json.WriteString("tool", call.Tool);
            json.WritePropertyName("args");
            call.Arguments.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (decided.Model is { } use)
        {
            json.WriteString("model", $"{use.Provider}/{use.Model}");
            json.WriteNumber("duration_s", use.Duration.TotalSeconds);
            if (use.Ttft is { } ttft)
            {
                json.WriteNumber("ttft_s", ttft.TotalSeconds);
            }
            json.WriteNumber("prompt_tokens", use.PromptTokens);
            json.WriteNumber("completion_tokens", use.CompletionTokens);
            json.WriteNumber("cost_usd", use.CostUsd);
        }
    }

    private static void CallAndObservation(Utf8JsonWriter json, ActionRecord call, string observation)
    {
        Call(json, call);
        Raw(json, "observation", observation);
    }

    private static void Call(Utf8JsonWriter json, ActionRecord call)
    {
        json.WritePropertyName("call");
        JsonSerializer.Serialize(json, call, RunsJson.Default.ActionRecord);
    }

    /// <summary>An observation is JSON; one that a recovery could not extend might not be.</summary>
    private static void Raw(Utf8JsonWriter json, string name, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            json.WritePropertyName(name);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteString(name, text);
        }
    }

    private void Line(string name, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            write(json);
            json.WriteEndObject();
        }
        environment.Out.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        environment.Out.Flush();
    }
}
