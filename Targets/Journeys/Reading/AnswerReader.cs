using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.Http;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>What a step's answer must be and what is taken from it. Immutable, shared by all agents; made by <see cref="AnswerReaderCompiler"/>.</summary>
internal sealed class AnswerReader
{
    /// <summary>What is wrong with a value that is not kept for its length.</summary>
    public const string TooLong = "gives more than a session may keep (16384 bytes a value, 65536 in all)";

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    /// <summary>The right statuses; null: any below 400.</summary>
    public StatusSet? Status { get; init; }

    public TimeSpan? Within { get; init; }

    public long? MaxBytes { get; init; }

    /// <summary>Whether errors of GraphQL in the body fail the step.</summary>
    public bool IsGraphQl { get; init; }

    /// <summary>Whether any of it is in the body.</summary>
    public bool NeedsBody { get; init; }

    /// <summary>JSON paths of checks and sources.</summary>
    public required JsonReads Json { get; init; }

    /// <summary>Checks that the reading of <see cref="Json"/> answers, each with what judges it otherwise.</summary>
    public ImmutableArray<(JsonCheck Fast, AnswerCheck Full, bool IsSecret)> JsonChecks { get; init; } = [];

    /// <summary>The other checks.</summary>
    public ImmutableArray<(AnswerCheck Check, bool IsSecret)> Checks { get; init; } = [];

    public ImmutableArray<AnswerSource> Sources { get; init; } = [];

    /// <summary>Sources that need a document or a text.</summary>
    public ImmutableArray<DocumentSource> Documents { get; init; } = [];

    /// <summary>Judges an answer and takes values from it; where it is not as it must be, none.</summary>
    public StepResult Read(RawExchange exchange, JourneyValues values)
    {
        // 1. What costs nothing to ask.
        if (BrokenLimit(exchange, values) is { } broken)
        {
            return broken;
        }
        if (IsGraphQl && GraphQlErrors.Find(WithoutMark(exchange.Body)) is { } error)
        {
            return new StepResult(TargetErrors.GraphQl, values.Show(error.Message));
        }

        // 2. One pass over the body.
        Span<JsonFound> found = stackalloc JsonFound[Json.Count];
        var state = JsonReadState.Read;
        if (Json.Count > 0)
        {
            state = Json.Read(WithoutMark(exchange.Body).Span, IsCut(exchange), found);
        }

        // 3. Checks.
        if (!(JsonChecks.IsEmpty && Checks.IsEmpty) && FailedCheck(exchange, values, found, state) is { } failed)
        {
            return failed;
        }

        // 4. Values: all or none.
        return Sources.IsEmpty && Documents.IsEmpty ? StepResult.Ok : Extract(exchange, values, found, state);
    }

    private static bool IsCut(RawExchange exchange) => exchange.BodyLength > exchange.Body.Length;

    private static string Kept(RawExchange exchange) => $"only {exchange.Body.Length} of the body's {exchange.BodyLength} bytes were kept";

    /// <summary>A body without the byte order mark that some servers put before JSON (RFC 8259, section 8.1: it may be ignored).</summary>
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith(Mark) ? body[Mark.Length..] : body;

    private StepResult? BrokenLimit(RawExchange exchange, JourneyValues values)
    {
        if (!(Status?.Contains(exchange.Status) ?? exchange.Status < 400))
        {
            var type = exchange.Status >= 400 || Status is null ? StepResult.OfStatus(exchange.Status) : StepResult.Check;
            return new StepResult(type, $"status {exchange.Status}, expected {Status?.Text ?? "below 400"}");
        }
        if (Within is { } within && values.Time.GetElapsedTime(exchange.Dispatched, exchange.Ended) is var elapsed && elapsed > within)
        {
            return new StepResult(StepResult.Check, FormattableString.Invariant($"took {elapsed.TotalSeconds:0.###} s, expected within {within.TotalSeconds:0.###} s"));
        }
        return MaxBytes is { } most && exchange.BodyLength > most
            ? new StepResult(StepResult.Check, $"the body has {exchange.BodyLength} bytes, expected at most {most}")
            : null;
    }

    private StepResult? FailedCheck(RawExchange exchange, JourneyValues values, ReadOnlySpan<JsonFound> found, JsonReadState state)
    {
        TargetExchange? described = null;
        var body = WithoutMark(exchange.Body).Span;
        foreach (var (fast, full, isSecret) in JsonChecks)
        {
            if (!fast.Holds(body, in found[fast.Leaf], state is JsonReadState.Read) && Failed(full, isSecret, exchange, values, ref described) is { } failed)
            {
                return failed;
            }
        }
        foreach (var (check, isSecret) in Checks)
        {
            if (Failed(check, isSecret, exchange, values, ref described) is { } failed)
            {
                return failed;
            }
        }
        return null;
    }

    private static StepResult? Failed(AnswerCheck check, bool isSecret, RawExchange exchange, JourneyValues values, ref TargetExchange? described)
    {
        var answer = described ??= exchange.Describe(values.Sent);
        var truth = check.Judge(in answer, values.Known, static (_, _) => { }, isSecret ? static _ => RedactedText.Mark : values.Show, out var detail);
        return truth is Truth.Proven ? null : new StepResult(StepResult.Check, detail);
    }

    private StepResult Extract(RawExchange exchange, JourneyValues values, ReadOnlySpan<JsonFound> found, JsonReadState state)
    {
        var body = WithoutMark(exchange.Body).Span;
        foreach (var source in Sources)
        {
            if (Missing(source, exchange, values, body, found, state) is { } why)
            {
                return new StepResult(StepResult.Extraction, $"{source.Slot.Name}: {source.Text} {why}");
            }
        }
        if (!Documents.IsEmpty && DocumentReading.Missing(Documents, exchange, values, out var named) is { } missing)
        {
            return new StepResult(StepResult.Extraction, $"{named!.Slot.Name}: {named.Text} {missing}");
        }
        foreach (var source in Sources)
        {
            if (!TryValue(source, exchange, values, body, found, out var value) || !values.TrySet(source.Slot, value))
            {
                return new StepResult(StepResult.Extraction, $"{source.Slot.Name}: {source.Text} {TooLong}");
            }
        }
        return StepResult.Ok;
    }

    /// <summary>Why a source gives no value; null where it gives one.</summary>
    private static string? Missing(
        AnswerSource source, RawExchange exchange, JourneyValues values, ReadOnlySpan<byte> body, ReadOnlySpan<JsonFound> found, JsonReadState state)
    {
        if (source.Leaf < 0)
        {
            return !TryValue(source, exchange, values, body, found, out var value) ? "is not in the answer" : value.IsEmpty ? "is empty" : null;
        }
        ref readonly var one = ref found[source.Leaf];
        return one.Type switch
        {
            JsonTokenType.None => body.IsEmpty ? "is not there: there is no body"
                : state switch { JsonReadState.Cut => $"is not known: {Kept(exchange)}", JsonReadState.NotJson => "is not there: the body is not JSON", _ => "is not in the body" },
            JsonTokenType.Null => "is null",
            _ when one.Length == 0 => "is an empty text",
            _ when one.Length > ValueArena.MostOfValue && !one.IsEscaped => TooLong,
            _ => JsonReads.TryText(body, in one, JourneyValues.Scratch(one.Length), out var text) ? text.IsEmpty ? "is an empty text" : null : "holds a text that is none",
        };
    }

    private static bool TryValue(
        AnswerSource source, RawExchange exchange, JourneyValues values, ReadOnlySpan<byte> body, ReadOnlySpan<JsonFound> found, out ReadOnlySpan<byte> value)
    {
        if (source.Leaf >= 0)
        {
            return JsonReads.TryText(body, in found[source.Leaf], JourneyValues.Scratch(found[source.Leaf].Length), out value);
        }
        if (source.Cookie is { } name)
        {
            value = Encoding.UTF8.GetBytes(StepCookies.Find(exchange, values, name) ?? "");
            return !value.IsEmpty;
        }
        if (!exchange.Headers.TryGet(source.Header, out value))
        {
            return false;
        }
        if (!System.Text.Unicode.Utf8.IsValid(value))
        {
            value = Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(value));
        }
        return true;
    }
}
