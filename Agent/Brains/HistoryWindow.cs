using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Turns as messages under a token budget: the newest observations whole, older ones reduced, the oldest turns told in one line. A call and
/// its observation stay together, because providers refuse a conversation in which one is missing.
/// </summary>
internal sealed class HistoryWindow(int maxTokens = HistoryWindow.DefaultMaxTokens)
{
    /// <summary>Leaves room for tools and answer in a context of 32k tokens.</summary>
    public const int DefaultMaxTokens = 12_000;

    // A JSON conversation has about four characters a token with every common tokenizer.
    private const int CharsPerToken = 4;
    private const int MessageOverhead = 16;
    private const int ReducedLength = 600;
    private const string Nudge = "No tool was called. Call one of the tools, or `finish` when the goal is reached or cannot be reached.";

    // With every quote and letter beyond ASCII escaped, what was shortened would be three times as long as it is counted.
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends the messages of <paramref name="turns"/> to <paramref name="messages"/>, oldest first.</summary>
    public void Append(IReadOnlyList<Turn> turns, List<PromptMessage> messages)
    {
        if (turns.Count == 0)
        {
            return;
        }
        var budget = (long)maxTokens * CharsPerToken;
        // A quarter is kept for reduced turns: many short memories serve better than one more long one.
        var reserve = turns.Sum(ReducedTurnLength) > budget / 4 ? budget / 4 : 0;
        var newest = FirstWhole(turns[^1], budget - reserve);
        budget -= Length(turns[^1], newest);
        var whole = turns.Count - 1;
        while (newest == 0 && whole > 0 && Length(turns[whole - 1], firstWhole: 0) <= budget - reserve)
        {
            budget -= Length(turns[--whole], firstWhole: 0);
        }

        var reduced = whole;
        while (reduced > 0 && ReducedTurnLength(turns[reduced - 1]) <= budget)
        {
            budget -= ReducedTurnLength(turns[--reduced]);
        }

        if (reduced > 0)
        {
            messages.Add(new PromptMessage(PromptRole.User, Summary(turns, reduced)));
        }
        for (var i = reduced; i < turns.Count; i++)
        {
            Append(turns[i], i < whole ? int.MaxValue : i < turns.Count - 1 ? 0 : newest, messages);
        }
    }

    /// <summary>Shortens an observation to its status and the start of its body.</summary>
    internal static string Reduce(string observation)
    {
        if (observation.Length <= ReducedLength)
        {
            return observation;
        }
        var status = Status(observation);
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, Format))
        {
            writer.WriteStartObject();
            if (int.TryParse(status, out var number))
            {
                writer.WriteNumber("status", number);
            }
            writer.WriteString("body_start", BodyStart(observation));
            writer.WriteString("note", "older observation, shortened");
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    /// <summary>
    /// The first observation of the newest turn that is shown whole, of which one at least is: without it the model would act blindly. Where a turn of many calls
    /// does not fit, its older ones give way.
    /// </summary>
    private static int FirstWhole(Turn newest, long budget)
    {
        var left = budget - ReducedTurnLength(newest);
        var first = newest.Observations.Length;
        while (first > 0 && (first == newest.Observations.Length || newest.Observations[first - 1].Length - ReducedLength <= left))
        {
            left -= Math.Max(0, newest.Observations[--first].Length - ReducedLength);
        }
        return first;
    }

    private static void Append(Turn turn, int firstWhole, List<PromptMessage> messages)
    {
        if (turn.Calls.IsEmpty)
        {
            messages.Add(new PromptMessage(PromptRole.Assistant, string.IsNullOrEmpty(turn.Text) ? "(nothing)" : turn.Text));
            messages.Add(new PromptMessage(PromptRole.User, Nudge));
            return;
        }
        messages.Add(new PromptMessage(PromptRole.Assistant, turn.Text, turn.Calls, null));
        for (var i = 0; i < turn.Calls.Length; i++)
        {
            var observation = i < turn.Observations.Length ? turn.Observations[i] : "{}";
            messages.Add(new PromptMessage(PromptRole.Tool, i < firstWhole ? Reduce(observation) : observation, [], turn.Calls[i].Id));
        }
    }

    private static long Length(Turn turn, int firstWhole)
    {
        var length = CallsLength(turn);
        for (var i = 0; i < turn.Observations.Length; i++)
        {
            length += MessageOverhead + (i < firstWhole ? Math.Min(turn.Observations[i].Length, ReducedLength) : turn.Observations[i].Length);
        }
        return length;
    }

    private static long ReducedTurnLength(Turn turn) => Length(turn, int.MaxValue);

    private static long CallsLength(Turn turn)
    {
        var length = (long)(turn.Text?.Length ?? 0) + MessageOverhead;
        foreach (var call in turn.Calls)
        {
            length += call.Tool.Length + call.Id.Length + call.Arguments.GetRawText().Length + MessageOverhead;
        }
        return length;
    }

    private static string Summary(IReadOnlyList<Turn> turns, int count)
    {
        const int shown = 40;
        var text = new StringBuilder("Earlier in this session, oldest first: ");
        var calls = turns.Take(count).SelectMany(static turn => turn.Calls.Select((call, i) => $"{call.Tool} -> {Status(turn.Observations[i])}")).ToList();
        if (calls.Count > shown)
        {
            text.Append(calls.Count - shown).Append(" calls, then ");
        }
        return text.AppendJoin(", ", calls.Skip(Math.Max(0, calls.Count - shown))).Append('.').ToString();
    }

    private static string Status(string observation)
    {
        var value = Property(observation, "status"u8);
        return value.ValueKind is JsonValueKind.Number ? value.GetRawText() : Property(observation, "error"u8).ValueKind is JsonValueKind.Object ? "error" : "ok";
    }

    private static string BodyStart(string observation)
    {
        const int kept = ReducedLength / 2;
        var body = Property(observation, "body"u8);
        var text = body.ValueKind is JsonValueKind.Undefined ? observation : body.GetRawText();
        // Not in the middle of a surrogate pair.
        return text[..(char.IsHighSurrogate(text[Math.Min(kept, text.Length) - 1]) ? kept - 1 : Math.Min(kept, text.Length))];
    }

    private static JsonElement Property(string observation, ReadOnlySpan<byte> name)
    {
        try
        {
            using var document = JsonDocument.Parse(observation);
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.Clone() : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
