using System.Text.Json.Nodes;

namespace ApeTest.Mini.Board.Queries;

/// <summary>Carries out a document: resolves the fields at the top, and takes of their values what is selected.</summary>
/// <param name="resolve">Value of a field at the top, by kind (<c>query</c>, <c>mutation</c>), name and arguments; throws <see cref="QueryException"/> for what fails.</param>
internal sealed class QueryExecutor(Func<string, string, JsonObject, JsonNode?> resolve)
{
    /// <summary>The answer: <c>data</c>, and <c>errors</c> where something failed. Nothing throws.</summary>
    public JsonObject Execute(string text, string? operationName, JsonObject? variables, bool queryOnly)
    {
        try
        {
            var document = QueryParser.Parse(text);
            var operation = Choose(document, operationName);
            if (queryOnly && operation.Kind != "query")
            {
                throw new QueryException("A mutation needs POST.");
            }
            return Execute(document, operation, variables ?? []);
        }
        catch (Exception exception) when (exception is QueryException or System.Text.Json.JsonException)
        {
            return new JsonObject { ["errors"] = new JsonArray(Error(exception, null)) };
        }
    }

    private static QueryOperation Choose(QueryDocument document, string? name) =>
        string.IsNullOrEmpty(name)
            ? document.Operations is [var only] ? only : throw new QueryException("Name one operation of the document with operationName.")
            : document.Operations.FirstOrDefault(operation => operation.Name == name) ?? throw new QueryException($"The document has no operation '{name}'.");

    private JsonObject Execute(QueryDocument document, QueryOperation operation, JsonObject variables)
    {
        var (data, errors) = (new JsonObject(), new JsonArray());
        foreach (var field in Fields(document, operation.Selections))
        {
            try
            {
                var arguments = new JsonObject();
                foreach (var (name, value) in field.Arguments)
                {
                    if (Filled(value, variables, operation.Defaults, out var filled))
                    {
                        arguments[name] = filled;
                    }
                }
                data[field.Alias!] = field.Field == "__typename"
                    ? (operation.Kind == "query" ? "Query" : "Mutation")
                    : Select(document, field, resolve(operation.Kind, field.Field!, arguments));
            }
            catch (QueryException exception)
            {
                data[field.Alias!] = null;
                errors.Add((JsonNode)Error(exception, field.Alias));
            }
        }
        var answer = new JsonObject { ["data"] = data };
        if (errors.Count > 0)
        {
            answer["errors"] = errors;
        }
        return answer;
    }

    // A variable that is not given leaves its argument out.
    private static bool Filled(JsonNode? value, JsonObject variables, JsonObject defaults, out JsonNode? filled)
    {
        if (value is JsonObject { Count: 1 } reference && reference["$"]?.GetValue<string>() is { } name)
        {
            filled = (variables.TryGetPropertyValue(name, out var given) ? given : defaults[name])?.DeepClone();
            return variables.ContainsKey(name) || defaults.ContainsKey(name);
        }
        filled = value?.DeepClone();
        return true;
    }

    private static JsonNode? Select(QueryDocument document, QuerySelection field, JsonNode? value)
    {
        switch (value)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Select(document, field, item))]);
            case JsonObject source when field.Selections is { } selections:
                var result = new JsonObject();
                foreach (var selected in Fields(document, selections))
                {
                    result[selected.Alias!] = source.TryGetPropertyValue(selected.Field!, out var inner)
                        ? Select(document, selected, inner)
                        : throw new QueryException($"Cannot query field '{selected.Field}' on '{field.Field}'.");
                }
                return result;
            case JsonObject:
                throw new QueryException($"Field '{field.Field}' must have a selection of subfields.");
            case null:
                return null;
            default:
                return field.Selections is null ? value.DeepClone() : throw new QueryException($"Field '{field.Field}' has no subfields.");
        }
    }

    private static IEnumerable<QuerySelection> Fields(QueryDocument document, IReadOnlyList<QuerySelection> selections, int depth = 0)
    {
        foreach (var selection in selections)
        {
            if (selection.Field is not null)
            {
                yield return selection;
                continue;
            }
            if (depth > 16)
            {
                throw new QueryException("Fragments spread each other.");
            }
            var inner = selection.Fragment is not { } name ? selection.Selections!
                : document.Fragments.TryGetValue(name, out var fragment) ? fragment
                : throw new QueryException($"Unknown fragment '{name}'.");
            foreach (var field in Fields(document, inner, depth + 1))
            {
                yield return field;
            }
        }
    }

    private static JsonObject Error(Exception exception, string? path)
    {
        var error = new JsonObject { ["message"] = exception.Message };
        if (path is not null)
        {
            error["path"] = new JsonArray(path);
        }
        if (exception is QueryException { Code: { } code })
        {
            error["extensions"] = new JsonObject { ["code"] = code };
        }
        return error;
    }
}
