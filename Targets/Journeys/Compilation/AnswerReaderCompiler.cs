using System.Collections.Immutable;
using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Journeys.Reading;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles what a step's answer must be and what is taken from it.</summary>
/// <param name="step">Name of the step.</param>
/// <param name="scope">The values that it may name.</param>
/// <param name="table">All values.</param>
internal sealed class AnswerReaderCompiler(string step, ValueScope scope, ValueTable table)
{
    private readonly JsonReads _reads = new();
    private readonly ImmutableArray<AnswerSource>.Builder _sources = ImmutableArray.CreateBuilder<AnswerSource>();
    private readonly ImmutableArray<DocumentSource>.Builder _documents = ImmutableArray.CreateBuilder<DocumentSource>();

    /// <summary>Compiles it; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where it is malformed.</summary>
    public AnswerReader Compile(RequestSpec request)
    {
        var check = request.Check;
        var fast = ImmutableArray.CreateBuilder<(JsonCheck, AnswerCheck, bool)>();
        var others = ImmutableArray.CreateBuilder<(AnswerCheck, bool)>();
        foreach (var (path, comparison) in check.Json)
        {
            var full = Full(new SuccessCondition { Json = Pair(path, comparison) }, comparison, ComparisonSubject.Json);
            if (JsonCheck.Of(JsonPathOf(path), comparison, _reads) is { } one)
            {
                fast.Add((one, full, SecretNames.Contains(path)));
            }
            else
            {
                others.Add((full, SecretNames.Contains(path)));
            }
        }
        foreach (var (name, comparison) in check.Header)
        {
            others.Add((Full(new SuccessCondition { Header = Pair(name, comparison) }, comparison, ComparisonSubject.Header), SecretNames.Contains(name)));
        }
        if (check.Text is { } text)
        {
            others.Add((Full(new SuccessCondition { Text = text }, text, ComparisonSubject.Body), false));
        }
        if (check.Regex is { } regex)
        {
            others.Add((new AnswerCheck(new SuccessCondition { Regex = regex }), false));
        }
        foreach (var (name, source) in request.Extract)
        {
            AddSource(name, source);
        }
        return new AnswerReader
        {
            Status = check.Status is { } status ? StatusCompiler.Parse(status, scope) : null,
            Within = check.Within,
            MaxBytes = check.MaxBytes,
            IsGraphQl = request.Body?.GraphQl is not null,
            // A bound of the length is one of the body as it is unpacked.
            NeedsBody = request.Body?.GraphQl is not null || check is not { Json.Count: 0, Text: null, Regex: null, MaxBytes: null } || _reads.Count > 0 || _documents.Count > 0,
            Json = _reads,
            JsonChecks = fast.ToImmutable(),
            Checks = others.ToImmutable(),
            Sources = _sources.ToImmutable(),
            Documents = _documents.ToImmutable(),
        };
    }

    private static ImmutableSortedDictionary<string, string> Pair(string name, string value) => ImmutableSortedDictionary<string, string>.Empty.Add(name, value);

    private AnswerCheck Full(SuccessCondition condition, string comparison, ComparisonSubject subject)
    {
        foreach (var need in Comparison.Parse(comparison, subject).SelectMany(static each => each.Needs))
        {
            scope.Slot(need);
        }
        return new AnswerCheck(condition);
    }

    private void AddSource(string name, string text)
    {
        var slot = table.Extracted(name);
        slot.Source = slot.Source.Length == 0 ? $"{step}: {text}" : $"{slot.Source} or {step}: {text}";
        if (SecretNames.Contains(text))
        {
            slot.MarkSecret();
        }
        if (!CaptureSource.TryParse(text, out var source, out var error))
        {
            scope.Fail($"extract {name}: {error.Message}", error.Suggestion);
        }
        var isWhole = source.Regex is null;
        if (isWhole && source.Cookie is { } cookie)
        {
            _sources.Add(new AnswerSource(slot, text, Cookie: cookie));
        }
        else if (source.IsOfSteps)
        {
            _documents.Add(new DocumentSource(slot, text, Cookie: source.Cookie, Css: Css(source), XPath: source.XPath is { } path ? new XPathSource(path) : null, Part: source.Regex));
        }
        else if (isWhole && source.JsonPath is { } written && JsonPathOf(written) is var json && _reads.CanRead(json))
        {
            _sources.Add(new AnswerSource(slot, text, _reads.Add(json)));
        }
        else if (isWhole && source.Header is { } header)
        {
            _sources.Add(new AnswerSource(slot, text, Header: Encoding.ASCII.GetBytes(header)));
        }
        else
        {
            _documents.Add(new DocumentSource(slot, text, new AnswerCapture(Pair(name, text))));
        }
    }

    private JsonPath JsonPathOf(string text)
    {
        if (!JsonPath.TryParse(text, out var path, out var error))
        {
            scope.Fail($"JSON path '{text}': {error}", "Write for example `$.id`, `$.items[0].id`, `$['order id']` or `$.items[*].id`.");
        }
        return path;
    }

    private CssSource? Css(CaptureSource source)
    {
        if (source.Css is not { } selector)
        {
            return null;
        }
        var css = new CssSource(selector, source.CssAttribute);
        if (!css.IsValid)
        {
            scope.Fail($"'{source.Text}' holds no CSS selector", "Write for example `css:input[name=csrf]@value`.");
        }
        return css;
    }
}
