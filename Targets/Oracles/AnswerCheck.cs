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
    private readonly ImmutableArray<(string Name, CaptureSource Source, JsonPath? Path)> _capture;
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
        _capture = [.. condition.Capture.Select(static pair => CaptureSource.Parse(pair.Value) is var source
            ? (pair.Key, source, source.JsonPath is { } path ? JsonPath.Parse(path) : null)
            : default)];
        _json = [.. condition.Json.Select(static pair => (JsonPath.Parse(pair.Key), new ValueCheck(Comparison.Parse(pair.Value, ComparisonSubject.Json))))];
        _headers = [.. condition.Header.Select(static pair => (pair.Key, new ValueCheck(Comparison.Parse(pair.Value, ComparisonSubject.Header))))];
        _text = condition.Text is { } text ? new ValueCheck(Comparison.Parse(text, ComparisonSubject.Body)) : null;
        if (condition.Regex is { } pattern)
        {
            _regex = SafeRegex.TryParse(pattern, out var regex, out var error) ? regex : throw new ApeTestException(error.Message!, error.Suggestion, ExitCodes.Input);
        }
        _needs = [.. _json.SelectMany(static each => each.Check.Needs).Concat(_headers.SelectMany(static each => each.Check.Needs)).Concat(_text?.Needs ?? [])];
        _readsJson = !_json.IsEmpty || _capture.Any(static each => each.Path is not null);
        _readsText = _text is not null || _regex is not null || _capture.Any(static each => each.Source is { JsonPath: null, Header: null });
    }

    /// <summary>Whether an answer is as it must be; only then its captured values are kept.</summary>
    /// <param name="exchange">The answer.</param>
    /// <param name="known">Values by name; null for none.</param>
    /// <param name="keep">Takes what is captured.</param>
    /// <param name="show">Cleans and shortens a value for <paramref name="detail"/>.</param>
    /// <param name="detail">What was captured, or what is wrong; empty where there is nothing to say.</param>
    public bool Meets(in TargetExchange exchange, Func<string, string?> known, Action<string, string> keep, Func<string, string> show, out string detail)
    {
        detail = "";
        foreach (var need in _needs)
        {
            if (known(need) is null)
            {
                detail = $"'{need}' was not captured";
                return false;
            }
        }
        foreach (var (name, check) in _headers)
        {
            if (HeaderMismatch(in exchange, name, check, known) is { } mismatch)
            {
                detail = $"{name} is {show(mismatch.Seen.ToString())}, expected {show(mismatch.Expected)}";
                return false;
            }
        }
        var text = _readsText ? Encoding.UTF8.GetString(exchange.Body.Span) : "";
        if (TextMismatch(in exchange, text, known) is { } wrong)
        {
            detail = $"the body is not as expected: {show(wrong)}";
            return false;
        }
        if (_capture.IsEmpty && _json.IsEmpty)
        {
            return true;
        }
        try
        {
            using var document = _readsJson ? JsonDocument.Parse(exchange.Body) : null;
            return MeetsJson(document?.RootElement ?? default, known, show, out detail) && Capture(in exchange, document?.RootElement ?? default, text, keep, show, out detail);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second: a text of half a surrogate pair, which is JSON but no text.
            detail = "the body is not JSON";
            return false;
        }
    }

    private static (SeenValue Seen, string Expected)? HeaderMismatch(in TargetExchange exchange, string name, ValueCheck check, Func<string, string?> known)
    {
        (SeenValue Seen, string Expected)? mismatch = null;
        foreach (var (key, value) in exchange.Headers ?? [])
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                var seen = SeenValue.Of(value);
                if (check.Meets(in seen, known, out var expected))
                {
                    return null;
                }
                mismatch ??= (seen, expected);
            }
        }
        return mismatch ?? (check.Meets(default, known, out var missing) ? null : (default(SeenValue), missing));
    }

    private string? TextMismatch(in TargetExchange exchange, string text, Func<string, string?> known)
    {
        var isCut = exchange.BodyLength > exchange.Body.Length;
        if (_text is { } check)
        {
            if (!check.Meets(SeenValue.Of(text), known, out var expected))
            {
                return isCut ? $"{expected} is not in the {exchange.Body.Length} bytes that were kept" : expected;
            }
            if (isCut && !check.IsPositive)
            {
                return $"only {exchange.Body.Length} of its {exchange.BodyLength} bytes were kept";
            }
        }
        return _regex?.IsMatch(text) is false ? $"matches {_regex}" : null;
    }

    private bool MeetsJson(JsonElement root, Func<string, string?> known, Func<string, string> show, out string detail)
    {
        foreach (var (path, check) in _json)
        {
            var expected = "";
            var first = default(SeenValue);
            var met = path.TryGet(root, value =>
            {
                var seen = SeenValue.Of(value);
                if (!first.Exists)
                {
                    first = seen;
                }
                return check.Meets(in seen, known, out expected);
            }, out _);
            if (!met && (first.Exists || !check.Meets(default, known, out expected)))
            {
                detail = $"{path.Text} is {(first.Exists ? show(first.ToString()) : "missing")}, expected {show(expected)}";
                return false;
            }
        }
        detail = "";
        return true;
    }

    private bool Capture(in TargetExchange exchange, JsonElement root, string body, Action<string, string> keep, Func<string, string> show, out string detail)
    {
        var found = new List<(string Name, string Value)>(_capture.Length);
        foreach (var (name, source, path) in _capture)
        {
            var whole = path is null ? source.Header is { } header ? exchange.Header(header) : body
                : path.TryGet(root, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array)
                    ? value.ValueKind is JsonValueKind.String ? value.GetString() : value.GetRawText()
                    : null;
            if (whole is null || (source.Regex is { } regex ? SafeRegex.Capture(regex, whole) : whole) is not { } captured)
            {
                detail = path is not null && whole is null ? $"{name}: {path.Text} is not a value in the body" : $"{name}: {source.Text} gives nothing";
                return false;
            }
            found.Add((name, captured));
        }
        foreach (var (name, value) in found)
        {
            keep(name, value);
        }
        detail = string.Join(", ", found.Select(pair => $"{pair.Name}={show(pair.Value)}"));
        return true;
    }
}
