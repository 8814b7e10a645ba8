using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Oracles;

/// <summary>What an answer must hold beside its status, and what is captured from it. Immutable; shared by all sessions of a run.</summary>
internal sealed class AnswerCheck
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 1_024 };

    private readonly AnswerCapture _capture;
    private readonly ImmutableArray<(JsonPath Path, ValueCheck Check)> _json;
    private readonly ImmutableArray<(string Name, ValueCheck Check)> _headers;
    private readonly ValueCheck? _text;
    private readonly Regex? _regex;
    private readonly ImmutableArray<string> _needs;
    private readonly bool _readsJson;
    private readonly bool _readsText;

    /// <summary>Reads the condition's paths, patterns and comparisons; malformed ones throw <see cref="ApeTestException"/> (exit 2).</summary>
    public AnswerCheck(SuccessCondition condition)
    {
        _capture = new AnswerCapture(condition.Capture);
        _json = [.. condition.Json.Select(static pair => (JsonPath.Parse(pair.Key), new ValueCheck(Comparison.Parse(pair.Value, ComparisonSubject.Json))))];
        _headers = [.. condition.Header.Select(static pair => (pair.Key, new ValueCheck(Comparison.Parse(pair.Value, ComparisonSubject.Header))))];
        _text = condition.Text is { } text ? new ValueCheck(Comparison.Parse(text, ComparisonSubject.Body)) : null;
        if (condition.Regex is { } pattern)
        {
            _regex = SafeRegex.TryParse(pattern, out var regex, out var error) ? regex : throw new ApeTestException(error.Message!, error.Suggestion, ExitCodes.Input);
        }
        _needs = [.. _json.SelectMany(static each => each.Check.Needs).Concat(_headers.SelectMany(static each => each.Check.Needs)).Concat(_text?.Needs ?? [])];
        LooksAtErrors = _text is not null || _regex is not null || _json.Any(static each => each.Path.FirstName == "errors");
        _readsJson = !_json.IsEmpty || _capture.ReadsJson;
        _readsText = _text is not null || _regex is not null || _capture.ReadsText;
    }

    /// <summary>Whether what the body holds is compared at all.</summary>
    public bool LooksAtBody => !_json.IsEmpty || _text is not null || _regex is not null;

    /// <summary>Whether it asks for the errors of a GraphQL answer, or for what the body holds as a whole.</summary>
    public bool LooksAtErrors { get; }

    /// <summary>Whether an answer is as it must be; only then its captured values are kept. Unknown where it cannot be judged.</summary>
    /// <param name="exchange">The answer.</param>
    /// <param name="known">Values by name; null for none.</param>
    /// <param name="keep">Takes what is captured.</param>
    /// <param name="show">Cleans and shortens a value for <paramref name="detail"/>.</param>
    /// <param name="detail">What was captured, or what is wrong; empty where there is nothing to say.</param>
    public Truth Judge(in TargetExchange exchange, Func<string, string?> known, Action<string, string> keep, Func<string, string> show, out string detail)
    {
        foreach (var need in _needs)
        {
            if (known(need) is null)
            {
                detail = $"'{need}' was not captured";
                return Truth.Unknown;
            }
        }
        var text = _readsText ? Encoding.UTF8.GetString(exchange.Body.Span) : "";
        var finding = Headers(in exchange, known, show);
        if (finding.Truth is not Truth.Refuted)
        {
            finding = Worse(finding, Body(in exchange, text, known, show));
        }
        if (finding.Truth is not Truth.Refuted && !(_capture.IsEmpty && _json.IsEmpty))
        {
            finding = Worse(finding, Content(in exchange, text, known, show, finding.Truth is Truth.Proven ? keep : static (_, _) => { }));
        }
        detail = finding.Detail;
        return finding.Truth;
    }

    /// <summary>What two findings say together: what is refuted is so, whatever is unknown beside it.</summary>
    private static Finding Worse(in Finding first, in Finding second) =>
        second.Truth is Truth.Refuted || first.Truth is Truth.Proven ? second : first;

    private Finding Headers(in TargetExchange exchange, Func<string, string?> known, Func<string, string> show)
    {
        var worst = new Finding(Truth.Proven, "");
        foreach (var (name, check) in _headers)
        {
            worst = Worse(worst, Header(in exchange, name, check, known, show));
        }
        return worst;
    }

    /// <summary>Of several headers of that name one must meet it.</summary>
    private static Finding Header(in TargetExchange exchange, string name, ValueCheck check, Func<string, string?> known, Func<string, string> show)
    {
        Finding? worst = null;
        foreach (var (key, value) in exchange.Headers ?? [])
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                var truth = check.Judge(SeenValue.Of(value), known, out var expected);
                if (truth is Truth.Proven)
                {
                    return new Finding(truth, "");
                }
                if (worst is null || truth is Truth.Unknown)
                {
                    worst = new Finding(truth, $"{name} is {show(value)}, expected {show(expected)}");
                }
            }
        }
        return worst ?? (check.Judge(default, known, out var missing) is var none and not Truth.Proven
            ? new Finding(none, $"{name} is missing, expected {show(missing)}")
            : new Finding(Truth.Proven, ""));
    }

    private Finding Body(in TargetExchange exchange, string text, Func<string, string?> known, Func<string, string> show)
    {
        var isCut = IsCut(in exchange);
        var finding = new Finding(Truth.Proven, "");
        if (_text?.Judge(SeenValue.Of(text, isCut), known, out var expected) is { } truth and not Truth.Proven)
        {
            finding = new Finding(truth, $"the body is not as expected: {show(expected)}{(isCut ? $"; {Kept(in exchange)}" : "")}");
        }
        var matches = _regex is null ? Truth.Proven : PartialText.Matches(_regex, text, isCut);
        return matches is Truth.Proven
            ? finding
            : Worse(finding, new Finding(matches, $"the body is not as expected: {show($"matches {_regex}")}{(isCut ? $"; {Kept(in exchange)}" : "")}"));
    }

    private Finding Content(in TargetExchange exchange, string text, Func<string, string?> known, Func<string, string> show, Action<string, string> keep)
    {
        if (_readsJson && IsCut(in exchange))
        {
            return new Finding(Truth.Unknown, Kept(in exchange));
        }
        if (_readsJson && exchange is { Status: 204, Body.IsEmpty: true })
        {
            return new Finding(Truth.Refuted, "there is no body");
        }
        try
        {
            using var document = _readsJson ? JsonDocument.Parse(WithoutMark(exchange.Body), Json) : null;
            var root = document?.RootElement ?? default;
            var finding = MeetsJson(root, known, show);
            return finding.Truth is Truth.Refuted ? finding
                : Worse(finding, _capture.Take(in exchange, root, text, IsCut(in exchange), finding.Truth is Truth.Proven ? keep : static (_, _) => { }, show));
        }
        catch (JsonException)
        {
            // A page, an error text, JSON nested beyond reason: what it says of the value that was asked for is not known.
            return new Finding(Truth.Unknown, "the body is not JSON");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return new Finding(Truth.Unknown, "the body holds a text that is none");
        }
    }

    private Finding MeetsJson(JsonElement root, Func<string, string?> known, Func<string, string> show)
    {
        var worst = new Finding(Truth.Proven, "");
        foreach (var (path, check) in _json)
        {
            worst = Worse(worst, MeetsJson(root, path, check, known, show));
        }
        return worst;
    }

    private static Finding MeetsJson(JsonElement root, JsonPath path, ValueCheck check, Func<string, string?> known, Func<string, string> show)
    {
        var (first, truth, expected) = (default(SeenValue), Truth.Refuted, "");
        var met = path.TryGet(root, value =>
        {
            var seen = SeenValue.Of(value);
            var one = check.Judge(in seen, known, out var wanted);
            if (!first.Exists || (one is Truth.Unknown && truth is Truth.Refuted))
            {
                (first, truth, expected) = (seen, one, wanted);
            }
            return one is Truth.Proven;
        }, out _);
        if (!met && !first.Exists)
        {
            truth = check.Judge(default, known, out expected);
            met = truth is Truth.Proven;
        }
        return met ? new Finding(Truth.Proven, "")
            : new Finding(truth, $"{path.Text} is {(first.Exists ? show(first.ToString()) : "missing")}, expected {show(expected)}");
    }

    private static bool IsCut(in TargetExchange exchange) => exchange.BodyLength > exchange.Body.Length;

    private static string Kept(in TargetExchange exchange) => $"only {exchange.Body.Length} of its {exchange.BodyLength} bytes were kept";

    /// <summary>A body without the byte order mark that some servers put before JSON (RFC 8259, section 8.1: it may be ignored).</summary>
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
