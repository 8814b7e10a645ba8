using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Reads a refusal: which parameters it names, and what it wants of them.</summary>
internal static partial class Problem
{
    private static readonly string[] FieldNames = ["field", "path", "name", "pointer", "param", "parameter", "property", "loc", "source"];
    private static readonly string[] MessageNames = ["message", "detail", "msg", "reason", "description", "title", "error"];

    /// <summary>One text for people: title, detail, message.</summary>
    public static string Describe(Observation answer)
    {
        if (answer.ErrorType.Length > 0)
        {
            return answer.ErrorType + ": " + answer.ErrorMessage;
        }

        var text = answer.Body.ValueKind switch
        {
            JsonValueKind.Object => string.Join(": ", MessageNames.Select(name => answer.Body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null).OfType<string>().Distinct()),
            JsonValueKind.String => answer.Body.GetString()!,
            _ => "",
        };
        text = text.Length > 200 ? text[..200] : text;
        return text.Length == 0 ? answer.Status.ToString(CultureInfo.InvariantCulture) : $"{answer.Status} {text}";
    }

    /// <summary>Lets the step try another value for each parameter that the refusal names. Returns whether it named any.</summary>
    public static bool Repair(Observation answer, Planned call, Values values)
    {
        var repaired = false;
        foreach (var (field, message) in Fields(answer))
        {
            var tokens = Words.Split(field);
            var parameter = All(call.Operation.Parameters).FirstOrDefault(candidate => candidate.Name.Equals(field, StringComparison.OrdinalIgnoreCase))
                ?? All(call.Operation.Parameters).FirstOrDefault(candidate => tokens.Length > 0 && candidate.Tokens.SequenceEqual(tokens));
            if (parameter is null)
            {
                continue;
            }

            var given = call.Arguments.ContainsKey(parameter.Name);
            if (!given)
            {
                repaired |= call.Step.Wanted.Add(parameter.Name);
            }
            else if (parameter.Noun is null && call.Step.Failures < 3
                && (IsSaid(call, parameter) ? SaidValues.IsSum(parameter) ? null : Told(parameter, message)
                    : Told(parameter, message) ?? MadeUp(parameter, message, call.Step.Failures + 1, values)) is { } better)
            {
                call.Step.Fixed[parameter.Name] = better;
                repaired = true;
            }
        }

        return repaired;
    }

    private static IEnumerable<Parameter> All(IEnumerable<Parameter> parameters) =>
        parameters.SelectMany(parameter => new[] { parameter }.Concat(All(parameter.Properties)).Concat(parameter.Item is null ? [] : All(parameter.Item.Properties)));

    // What the goal itself says is never replaced by something made up, and a sum of money by nothing at all.
    private static bool IsSaid(Planned call, Parameter parameter)
    {
        var given = call.Arguments[parameter.Name]?.ToString();
        return call.Step.Intent.Tokens.Any(token => token.Text == given || (token.Kind is TokenKind.Number or TokenKind.Money
            && decimal.TryParse(given, CultureInfo.InvariantCulture, out var number) && (number == token.Number || (SaidValues.IsSum(parameter) && (number == token.Number * 100 || number == token.Number / 100)))));
    }

    private static JsonNode? Told(Parameter parameter, string message)
    {
        var bound = Bound().Match(message);
        if (bound.Success && parameter.Type is "integer" or "number")
        {
            var number = decimal.Parse(bound.Groups["n"].Value, CultureInfo.InvariantCulture);
            number += Strict().IsMatch(message) ? Below().IsMatch(message) ? -1 : 1 : 0;
            return Values.Typed(number.ToString(CultureInfo.InvariantCulture), parameter.Type);
        }

        var options = OneOf().Match(message);
        return options.Success
            ? Values.Typed(options.Groups["v"].Value.Split([',', '|', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0].Trim('\'', '"', '[', '.'), parameter.Type)
            : null;
    }

    private static JsonNode MadeUp(Parameter parameter, string message, int attempt, Values values) =>
        Pattern().Match(message) is { Success: true } told && values.Matching(parameter, told.Groups["p"].Value.TrimEnd('"', '\'', '.', ']').TrimEnd('"'), attempt) is { } fitting
            ? JsonValue.Create(fitting) : values.Make(parameter, attempt);

    // {"errors":{"quantity":["..."]}}, {"errors":[{"field":"quantity","message":"..."}]}, {"detail":[{"loc":["body","qty"],"msg":".."}]},
    // "$.quantity: expected integer", or the names within the text.
    private static List<(string Field, string Message)> Fields(Observation answer)
    {
        List<(string, string)> fields = [];
        if (answer.ErrorMessage.Length > 0)
        {
            foreach (Match match in JsonPath().Matches(answer.ErrorMessage))
            {
                fields.Add((match.Groups["f"].Value, answer.ErrorMessage));
            }
        }

        if (answer.Body.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in answer.Body.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Object && property.Name is "errors" or "fields" or "details" or "invalid" or "error")
                {
                    fields.AddRange(property.Value.EnumerateObject().Select(error => (error.Name.Split('.', '/')[^1], error.Value.ToString())));
                }
                else if (property.Value.ValueKind == JsonValueKind.Array)
                {
                    fields.AddRange(property.Value.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.Object).Select(Field).Where(field => field.Item1.Length > 0));
                }
            }

            if (fields.Count == 0)
            {
                var text = Describe(answer);
                fields.AddRange(Quoted().Matches(text).Select(match => (match.Groups["f"].Value, text)));
            }
        }

        return fields;
    }

    private static (string, string) Field(JsonElement error)
    {
        var field = "";
        foreach (var name in FieldNames)
        {
            if (field.Length == 0 && error.TryGetProperty(name, out var value))
            {
                field = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[value.GetArrayLength() - 1].ToString()
                    : value.ValueKind == JsonValueKind.String ? value.GetString()!.Split('.', '/')[^1] : "";
            }
        }

        var message = MessageNames.Select(name => error.TryGetProperty(name, out var value) ? value.ToString() : null).FirstOrDefault(text => text is not null);
        return (field, message ?? "");
    }

    [GeneratedRegex(@"\$(?:\.[\w\[\]-]+)*?\.(?<f>[\w-]+)(?=[:\s]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex JsonPath();

    [GeneratedRegex(@"['""`](?<f>[A-Za-z_][\w-]*)['""`]|\b(?<f>[A-Za-z_]\w*) (?:is|are|must|field|parameter|cannot|should|was)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:at (?:least|most)|minimum|maximum|greater than(?: or equal to)?|less than(?: or equal to)?|more than|>=?|<=?|up to|exceed|only)\D{0,12}(?<n>\d+(?:\.\d+)?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bound();

    [GeneratedRegex(@"(?:match|pattern|regex|format)\D{0,20}?(?<p>\^\S+\$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"(?:greater|more|less) than(?! or equal)|(?<![=])[<>](?!=)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Strict();

    [GeneratedRegex(@"less than|<", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Below();

    [GeneratedRegex(@"(?:\bone of|allowed(?: values)?|either|expected)\W{1,3}(?<v>[\w'"", |\[-]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OneOf();
}
