using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Runs.Records;
using ApeTest.Runs.Rendering;

namespace ApeTest.Observability.Reports;

/// <summary>Texts of a session's transcript, bounded.</summary>
public static class Transcript
{
    /// <summary>Most characters of one text.</summary>
    public const int MostText = 2000;

    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Arguments of a call as compact JSON; empty for none.</summary>
    public static string Arguments(ActionRecord action)
    {
        if (action.Args.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || (action.Args.ValueKind is JsonValueKind.Object && !action.Args.EnumerateObject().Any()))
        {
            return string.Empty;
        }
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Compact))
        {
            action.Args.WriteTo(writer);
        }
        return VisibleText.Of(System.Text.Encoding.UTF8.GetString(bytes.ToArray()), MostText);
    }

    /// <summary>Method and path of a call's request; empty where nothing was sent or it is not known.</summary>
    public static string Request(ActionRecord action) => action.Request is { } request
        ? VisibleText.Of($"{request.Method} {(Uri.TryCreate(request.Url, UriKind.Absolute, out var url) ? url.PathAndQuery : request.Url)}", 300)
        : string.Empty;

    /// <summary>The decisions between the call before and call <paramref name="n"/>, in their order.</summary>
    public static IEnumerable<TurnRecord> Before(SessionRecord session, int n) =>
        session.Turns.Where(turn => turn.FirstCall == n);

    /// <summary>The decisions that no kept call came after.</summary>
    public static IEnumerable<TurnRecord> After(SessionRecord session)
    {
        var last = session.Actions.IsDefaultOrEmpty ? 0 : session.Actions[^1].N;
        return session.Turns.Where(turn => turn.FirstCall > last);
    }

    /// <summary><c>decision 3: 2 calls after 410 ms, first token 120 ms, 1,234 + 56 tokens</c>.</summary>
    public static string Decision(TurnRecord turn)
    {
        var what = turn.Error is { } error ? VisibleText.Of(error, 60) : turn.Calls == 1 ? "1 call" : turn.Calls == 0 ? "no call" : $"{turn.Calls} calls";
        var time = turn.DurationS is { } duration ? $" after {Show.Seconds(duration)}" : string.Empty;
        var first = turn.TtftS is { } ttft ? $", first token {Show.Seconds(ttft)}" : string.Empty;
        var tokens = turn.PromptTokens + turn.CompletionTokens > 0 ? $", {Show.Count(turn.PromptTokens)} + {Show.Count(turn.CompletionTokens)} tokens" : string.Empty;
        return $"decision {turn.N}: {what}{time}{first}{tokens}";
    }

    /// <summary>What stands above a message of a prompt.</summary>
    public static string Heading(PromptRecord message) => message.Same > 0
        ? $"{VisibleText.Of(message.Role, 20)} prompt: {Show.Count(message.Same)} characters as before, then"
        : $"{VisibleText.Of(message.Role, 20)} prompt";

    /// <summary>An answer on lines of its own where it is whole JSON, else as it was told.</summary>
    public static string Readable(ResponseRecord response)
    {
        if (response.LeftOut > 0)
        {
            return response.Text;
        }
        try
        {
            using var document = JsonDocument.Parse(response.Text);
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes, Indented))
            {
                document.RootElement.WriteTo(writer);
            }
            return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
        catch (JsonException)
        {
            return response.Text;
        }
    }

    /// <summary>The parts of a call's time in the order in which they happened; empty for what was not sent.</summary>
    public static IEnumerable<(string Name, double Seconds)> Parts(ActionRecord action) => action.Parts is { } parts
        ? [("think", parts.Think), ("model", parts.Model), ("gateway", parts.Gateway), ("target", parts.Target), ("harness", parts.Harness)]
        : [];
}
