using System.Collections.Frozen;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>A tool that is an operation of the target, read from its name, description (<c>METHOD /path - summary</c>) and schema.</summary>
internal sealed class Operation
{
    public static readonly FrozenSet<string> PasswordWords = Words.Set("password passwd pwd passcode pin secret passphrase pword passwort");

    private Parameter[]? _all;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public required string Name { get; init; }

    public required string Method { get; init; }

    /// <summary>Whether its name is only its method and path: the document has no operationId, and no verb to match.</summary>
    public bool IsUnnamed { get; init; }

    /// <summary>Whether its path ends with a verb (<see cref="Procedure"/>).</summary>
    public bool IsProcedure { get; init; }

    public required string Path { get; init; }

    public required string[] NameTokens { get; init; }

    /// <summary>Stems of the path's fixed segments; the words of one segment follow each other.</summary>
    public required string[] PathTokens { get; init; }

    public required string[] SummaryTokens { get; init; }

    /// <summary>Stems of the words that its sentences begin with, the verbs of what it does: "Hold seats. Reserves free ones."</summary>
    public required string[] Does { get; init; }

    public required Parameter[] Parameters { get; init; }

    /// <summary>Stem of what the path's last fixed segment names: <c>/projects/{p}/tasks</c> and <c>/tasks/{id}</c> are both "task".</summary>
    public required string Noun { get; init; }

    /// <summary>The segment before the last path parameter: in <c>/loans/{id}/return</c>, "loan".</summary>
    public required string Parent { get; init; }

    public required bool EndsWithParameter { get; init; }

    public bool IsRead => Method is "GET" or "HEAD";

    /// <summary>Whether it answers with many things to choose from.</summary>
    public bool IsCollection => IsRead && !EndsWithParameter && Noun.Length > 0;

    /// <summary>Whether it makes one more of what the API keeps many of.</summary>
    public bool IsCreating => Method == "POST" && !EndsWithParameter && (IsProcedure || PathTokens.LastOrDefault() == Noun || Words.Related(Noun, NameTokens.LastOrDefault() ?? ""));

    public bool Has(params ReadOnlySpan<string> stems)
    {
        foreach (var stem in stems)
        {
            if (NameTokens.Contains(stem) || PathTokens.Contains(stem))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it takes a list of lines, each with a thing of its own: an order of dishes.</summary>
    public bool HasLines => Array.Exists(Parameters, static parameter => parameter.Item is { Type: "object" } line && line.Properties.Any(static property => property.Noun is not null));

    /// <summary>Its parameters, and all properties inside them.</summary>
    public Parameter[] All => _all ??= [.. Parameters.SelectMany(static parameter => parameter.All)];

    public Parameter? Password => Parameters.FirstOrDefault(parameter => parameter.IsPassword);

    public static Operation Read(string name, string description, JsonElement schema)
    {
        var (method, path, summary) = Describe(name, description);
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string[] nouns = [.. segments.Select(segment => IsParameter(segment) ? "" : Words.Split(segment).LastOrDefault() ?? "")];
        var last = Array.FindLastIndex(nouns, noun => noun.Length > 0);
        var parameterAt = Array.FindLastIndex(segments, IsParameter);
        var nameTokens = Words.Split(name);
        var isUnnamed = nameTokens.Length > 1 && name.StartsWith(method + "_", StringComparison.OrdinalIgnoreCase);
        var procedure = Procedure.Read(method, segments);
        if (procedure is not null && last >= 0)
        {
            nouns[last] = procedure.Parent.Length > 0 ? procedure.Parent : procedure.Noun; // whose id an "id" is
        }

        var parameters = Read(schema, segments, nouns);
        if (procedure is { Method: "GET" } && parameters.Any(parameter => parameter.IsPassword))
        {
            procedure = null; // getToken
        }

        return new Operation
        {
            Name = name,
            Method = procedure?.Method ?? method,
            Path = path,
            IsUnnamed = isUnnamed,
            IsProcedure = procedure is not null,
            NameTokens = isUnnamed ? nameTokens[1..] : nameTokens,
            PathTokens = [.. segments.Where(segment => !IsParameter(segment) && !IsVersion(segment)).SelectMany(Words.Split)],
            SummaryTokens = Words.Split(summary),
            Does = [.. summary.Split(['.', ';', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(static sentence => Words.Split(sentence).FirstOrDefault()).OfType<string>()],
            Parameters = parameters,
            Noun = procedure is { Noun.Length: > 0 } ? procedure.Noun : last >= 0 ? nouns[last] : Words.Split(name).LastOrDefault() ?? "",
            Parent = procedure is not null ? procedure.Parent : parameterAt > 0 ? nouns[parameterAt - 1] : "",
            EndsWithParameter = segments.Length > 0 && (IsParameter(segments[^1]) || (procedure is { IsOfOne: true } && parameters.Any(parameter => parameter is { Required: true, Noun: not null }))),
        };
    }

    private static Parameter[] Read(JsonElement schema, string[] segments, string[] nouns)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)
            || properties.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var required = Parameter.RequiredOf(schema);
        List<Parameter> parameters = [];
        foreach (var property in properties.EnumerateObject())
        {
            var at = Array.FindIndex(segments, segment => segment.Contains("{" + property.Name + "}", StringComparison.OrdinalIgnoreCase));
            var readOnly = property.Value.ValueKind == JsonValueKind.Object
                && property.Value.TryGetProperty("readOnly", out var flag) && flag.ValueKind == JsonValueKind.True;
            if (at >= 0 || !readOnly)
            {
                parameters.Add(Parameter.Read(property.Name, property.Value, at >= 0 || required.Contains(property.Name),
                    at > 0 ? nouns[at - 1] : nouns.LastOrDefault(noun => noun.Length > 0), at >= 0));
            }
        }

        // Path parameters first and in their order: what is outer decides what is inner.
        return [.. parameters.OrderBy(parameter => parameter.InPath
            ? Array.FindIndex(segments, segment => segment.Contains("{" + parameter.Name + "}", StringComparison.OrdinalIgnoreCase))
            : int.MaxValue)];
    }

    private static (string Method, string Path, string Summary) Describe(string name, string description)
    {
        var space = description.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && Methods.Contains(description[..space]) && description.Length > space + 1 && description[space + 1] == '/')
        {
            var rest = description[(space + 1)..];
            var end = rest.IndexOf(' ', StringComparison.Ordinal);
            var path = end < 0 ? rest : rest[..end];
            var query = path.IndexOf('?', StringComparison.Ordinal);
            return (description[..space], query < 0 ? path : path[..query], end < 0 ? "" : rest[end..].TrimStart(' ', '-', '.'));
        }

        // Not from OpenAPI: the name's verb is all there is.
        var verb = Words.Split(name).FirstOrDefault() ?? "";
        var method = verb switch
        {
            "get" or "list" or "find" or "search" or "show" or "read" or "fetch" => "GET",
            "delet" or "remov" => "DELETE",
            "updat" or "edit" or "set" => "PATCH",
            _ => "POST",
        };
        return (method, "", description);
    }

    private static bool IsParameter(string segment) => segment.Contains('{', StringComparison.Ordinal);

    private static bool IsVersion(string segment) =>
        segment is "api" or "rest" || (segment.Length is 2 or 3 && segment[0] == 'v' && char.IsDigit(segment[1]));
}
