using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

/// <summary>
/// A way for goals that name the requests themselves: "GET /health, then POST /items with {"name":"x"} and delete /items/{id}".
/// They are sent in the goal's order; a placeholder in a path takes the latest id that was answered.
/// </summary>
internal sealed partial class RequestWay : IWay
{
    private const int MostRepeats = 2;

    private readonly PlanContext _context;
    private readonly List<NamedRequest> _requests;
    private int _next;
    private int _repeats;

    private RequestWay(PlanContext context, List<NamedRequest> requests) => (_context, _requests) = (context, requests);

    public string? Stuck { get; private set; }

    /// <summary>The way; null when the goal names fewer than one request by method, or one path by itself.</summary>
    public static RequestWay? Read(PlanContext context, string goal)
    {
        var paths = Path().Matches(goal);
        List<NamedRequest> requests = [];
        for (var i = 0; i < paths.Count; i++)
        {
            var from = i == 0 ? 0 : paths[i - 1].Index + paths[i - 1].Length;
            var before = goal[from..paths[i].Index];
            var behind = goal[(paths[i].Index + paths[i].Length)..(i + 1 < paths.Count ? paths[i + 1].Index : goal.Length)];
            var verb = Verb().Matches(before).LastOrDefault()?.Value.ToLowerInvariant();
            if (verb is null)
            {
                return null;
            }

            // "POST {..} to /items" has the body before the path, "POST /items with {..}" behind it.
            var body = Body(behind.Split(" then ")[0]) ?? (verb is "get" ? null : Body(before[(Verb().Matches(before)[^1].Index)..]));
            var method = verb switch
            {
                "get" or "open" or "fetch" or "read" or "visit" or "request" or "call" or "check" => "get",
                "delete" or "remove" => "delete",
                "put" => "put",
                "patch" or "update" => "patch",
                _ => "post",
            };
            requests.Add(new NamedRequest(method, paths[i].Value.TrimEnd('.', ','), body ?? (method is "post" or "put" or "patch" ? Pairs(behind) : null)));
        }

        return requests.Count > 0 ? new RequestWay(context, requests) : null;
    }

    /// <summary>Whether all that is named is one place to begin at: "open /shop and buy a mug".</summary>
    public string? OnlyStart => _requests is [{ Method: "get" } only] ? only.Path : null;

    public Suggestion? Suggest()
    {
        if (Stuck is not null || _next >= _requests.Count)
        {
            return null;
        }

        var request = _requests[_next];
        var path = Placeholder().Replace(request.Path, match => Latest(match.Groups["n"].Value) ?? match.Value);
        if (Placeholder().IsMatch(path))
        {
            Stuck = $"no answer gave a value for {path}";
            return null;
        }

        var arguments = new JsonObject { ["path"] = path };
        if (request.Method is not ("get" or "delete"))
        {
            var body = (request.Body?.DeepClone() as JsonObject) ?? [];
            if (body.Count == 0 && _context.Credentials is { } credentials && request.Method == "post" && _next == 0)
            {
                body["username"] = credentials.User;
                body["password"] = credentials.Password;
            }

            arguments["body"] = request.Body is null or JsonObject ? body : request.Body.DeepClone();
        }

        return new Suggestion("http_" + request.Method, arguments, $"{request.Method.ToUpperInvariant()} {path}");
    }

    public void Observe(PastCall past)
    {
        if (Suggest() is not { } next || next.Tool != past.Tool)
        {
            return;
        }

        if (past.Answer.IsPassing && _repeats++ < MostRepeats)
        {
            return;
        }

        if (!past.Answer.Succeeded)
        {
            Stuck = $"{next.Thought} answered {Problem.Describe(past.Answer)}";
            return;
        }

        _repeats = 0;
        _next++;
        var noun = Words.Split(next.Arguments["path"]!.ToString().Split('?')[0]).LastOrDefault() ?? "";
        var operation = Operation.Read(noun, $"{past.Tool[5..].ToUpperInvariant()} {next.Arguments["path"]} ", default);
        _context.Knowledge.Absorb(operation, [], past.Tool + next.Thought + _next, past.Answer, "");
    }

    private string? Latest(string name) =>
        (_context.Knowledge.Named(name, "") ?? _context.Knowledge.Things.FindLast(thing => thing.Has("id") is not null)?.Has("id"))?.ToString();

    private static JsonNode? Body(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        for (var end = text.LastIndexOf('}'); start >= 0 && end > start; end = text.LastIndexOf('}', end - 1))
        {
            try
            {
                return JsonNode.Parse(text[start..(end + 1)]);
            }
            catch (JsonException)
            {
                // a brace of the sentence: the one before it may be the body's
            }
        }

        return null;
    }

    // "with name 'Desk' and price 12"
    private static JsonObject? Pairs(string text)
    {
        var pairs = new JsonObject();
        foreach (Match match in Pair().Matches(text))
        {
            var value = match.Groups["v"].Value;
            pairs[match.Groups["n"].Value] = match.Groups["q"].Success ? match.Groups["q"].Value
                : decimal.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : value;
        }

        return pairs.Count > 0 ? pairs : null;
    }

    [GeneratedRegex(@"(?<=^|[\s""'`(])/(?![\s{])(?:[\w.~%{}-]+(?:/[\w.~%{}-]+)*/?)?(?:\?[\w=&%.+-]+)?(?=$|[\s""'`).,;:!])", RegexOptions.CultureInvariant)]
    private static partial Regex Path();

    [GeneratedRegex(@"\b(?:get|post|put|patch|delete|open|fetch|read|visit|request|call|check|send|create|update|remove|submit)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex(@"\{(?<n>\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?:with|and|,)\s+(?:(?:the|a)\s+)?(?<n>[A-Za-z_]\w*)\s*(?:=|:|is|of)?\s*(?<v>'(?<q>[^']*)'|""(?<q>[^""]*)""|\{\{[^}]+\}\}|[\w.@-]*[\w@-])", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}

/// <summary>A request that the goal names.</summary>
internal sealed record NamedRequest(string Method, string Path, JsonNode? Body);
