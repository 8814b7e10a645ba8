using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Binds a request: where it goes, what it sends, what is taken from its answer and what that must be.</summary>
internal sealed class RequestBinder(ObjectReader step, StepScope scope, RequestTargets targets)
{
    private readonly StepTexts _texts = new(step, scope);

    /// <param name="field">The field that says method and path: <c>get</c> ... or <c>request</c>.</param>
    public RequestSpec Bind(string field)
    {
        var (method, path) = Line(field);
        var contentType = (string?)null;
        var query = _texts.Pairs("query", "{ page: \"{{page}}\" }");
        var headers = Headers(ref contentType);
        var body = new BodyBinder(step, _texts).Bind(contentType);
        var check = new CheckBinder(step, _texts).Check();
        var request = new RequestSpec
        {
            Method = method,
            Path = path,
            Query = [.. query.Select(static pair => KeyValuePair.Create(pair.Name, pair.Text))],
            Headers = body is null && contentType is not null ? headers.Add(KeyValuePair.Create("Content-Type", contentType)) : headers,
            Body = body,
            Check = check,
            Extract = Extract(),
            Continue = step.Value("continue", false, Rules.Boolean),
            Redirects = (int)step.Value("redirects", 5, Rules.Integer("5", 0, 50)),
            Timeout = step.Optional("timeout", Rules.Duration("5s")),
            Retries = (int)step.Value("retries", 0, Rules.Integer("2", 0, 10)),
        };
        // What the answer gives is known behind the step, not in its own texts.
        foreach (var name in request.Extract.Keys)
        {
            scope.Add(name);
        }
        return request;
    }

    private (string Method, string Path) Line(string field)
    {
        var node = step.Take(field)!;
        if (!step.TryRead(node, step.PathOf(field), Rules.Text(field == "request" ? "\"PURGE /products\"" : "/products", 20_000), out var text))
        {
            return ("GET", "/");
        }
        var (method, path) = (field.ToUpperInvariant(), text.Trim());
        if (field == "request")
        {
            var blank = path.IndexOf(' ', StringComparison.Ordinal);
            (method, path) = blank < 0 ? ("", path) : (path[..blank], path[blank..].Trim());
            if (RequestTargets.MethodError(method) is var (error, suggestion))
            {
                step.Error(node, field, error, suggestion);
            }
        }
        if (_texts.Check(path, node.Origin, step.PathOf(field)) && targets.PathError(path) is var (wrong, hint))
        {
            step.Error(node, field, wrong, hint);
        }
        return (method, path);
    }

    private ImmutableArray<KeyValuePair<string, string>> Headers(ref string? contentType)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, at, node) in step.Map("headers", "{ X-Api-Key: \"${API_KEY}\" }", out _))
        {
            var path = FieldPath.Append(step.PathOf("headers"), name);
            if (NetworkRules.HeaderName(name) is var (rule, suggestion))
            {
                step.Context.Errors.Add(at, path, rule, suggestion);
            }
            else if (!seen.Add(name))
            {
                step.Context.Errors.Add(at, path, "is given twice: names of headers have no case", "Keep one of the two.");
            }
            else if (Header(node, path) is not { } text)
            {
                continue;
            }
            else if (string.Equals(name, "Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = text;
            }
            else
            {
                headers.Add(KeyValuePair.Create(name, text));
            }
        }
        return headers.ToImmutable();
    }

    /// <summary><c>${VAR}</c> is <c>{{env.VAR}}</c> here: one way for secrets to be known as such.</summary>
    private string? Header(Node node, string path)
    {
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            step.Context.Errors.Add(node.Origin, path, $"must be text (got {node.Description})", "Use for example \"application/json\".");
            return null;
        }
        var text = scalar.Text;
        if (text.Contains("${", StringComparison.Ordinal))
        {
            var filled = VariableText.Fill(text, step.Context.Environment.Where(static variable => variable.Value.Length > 0)
                .ToDictionary(static variable => variable.Key, static variable => Data.Template.Placeholder(Data.EnvironmentFeed.NameOf(variable.Key)), StringComparer.Ordinal));
            foreach (var error in filled.Errors)
            {
                step.Context.Errors.Add(node.Origin, path, error.Message!, error.Suggestion);
            }
            text = filled.Text;
        }
        if (text.Any(static c => char.IsControl(c) && c != '\t'))
        {
            // Not quoted: it may be a credential.
            step.Context.Errors.Add(node.Origin, path, "must not hold line breaks or control characters", "A header is one line.");
            return null;
        }
        return _texts.Check(text, node.Origin, path) ? text : null;
    }

    private ImmutableSortedDictionary<string, string> Extract()
    {
        var extract = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var rule = Rules.Text("$.id").Then(static text => ConditionFields.Checked(text, CaptureSource.TryParse(text, out _, out var error) ? null : error));
        foreach (var (name, at, node) in step.Map("extract", "{ orderId: $.id }", out _))
        {
            var path = FieldPath.Append(step.PathOf("extract"), name);
            if (SuccessRules.CaptureName(name) is { } error)
            {
                step.Context.Errors.Add(at, path, error.Message!, error.Suggestion);
            }
            else
            {
                // Known further on even where its source is wrong: one mistake, one error.
                scope.Add(name);
                if (step.TryRead(node, path, rule, out var source))
                {
                    extract.Add(name, source);
                }
            }
        }
        return extract.ToImmutable();
    }
}
