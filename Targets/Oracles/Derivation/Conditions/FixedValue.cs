using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Oracles.Derivation.Matching;
using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Conditions;

/// <summary>
/// A value that the goal fixes for a change: <c>mark the task as done</c>, <c>rename it to "X"</c>. That a general update answered 2xx does
/// not say what it changed. Only where exactly one field of request and response can be meant.
/// </summary>
/// <param name="Property">The field.</param>
/// <param name="Text">Its value as JSON.</param>
internal readonly record struct FixedValue(string Property, string Text)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Envelopes = ["data", "result", "item", "body"];
    private static readonly string[] Names = ["name", "title"];

    /// <summary>JSON path of the field in what an operation answers: <c>$.done</c>, in an envelope <c>$.data.done</c>; null where it answers no such field.</summary>
    public string? PathIn(OperationSpec operation)
    {
        var body = CreatedReads.Body(operation);
        return body.ContainsKey(Property) ? $"$.{Property}"
            : Envelope(body) is var (name, inner) && inner.ContainsKey(Property) ? $"$.{name}.{Property}"
            : null;
    }

    /// <summary>The value; null where there is none, or a doubt.</summary>
    public static FixedValue? Of(GoalStep step)
    {
        var operation = step.Fit.Profile.Operation;
        var changes = step.Intent.Verb.Kind is VerbKind.Change || step.Intent.Verb.Fallback is VerbKind.Change;
        if (!changes || step.Times > 1 || (operation.Method != HttpMethod.Patch && operation.Method != HttpMethod.Put) || step.Fit.Deed > DeedFit.Meant && !step.Intent.Verb.IsGeneric)
        {
            return null;
        }
        var body = CreatedReads.Body(operation);
        var arguments = SchemaView.Properties(operation.Tool.InputSchema);
        var request = arguments.Keys.Concat(Envelope(arguments)?.Fields.Keys ?? Enumerable.Empty<string>()).ToHashSet(StringComparer.Ordinal);
        var answered = Envelope(body) is var (_, inner) ? body.Concat(inner.Where(pair => !body.ContainsKey(pair.Key))) : body;
        var fields = answered.Where(pair => request.Contains(pair.Key) && pair.Key.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')).ToList();
        var found = States(step).SelectMany(state => fields.SelectMany(pair => OfState(pair.Key, pair.Value, state)))
            .Concat(OfLiteral(step, fields)).Distinct().ToList();
        return found is [var only] ? only : null;
    }

    private static IEnumerable<FixedValue> OfState(string property, JsonElement schema, string state)
    {
        if (SchemaView.IsBoolean(schema) && (Plain(property) == state || Plain(property) == "is" + state))
        {
            yield return new FixedValue(property, "true");
        }
        foreach (var value in SchemaView.Values(schema).Where(value => Plain(value) == state))
        {
            yield return new FixedValue(property, Quoted(value));
        }
    }

    /// <summary>"as done", "to shipped", and of "complete the task": completed, done.</summary>
    private static HashSet<string> States(GoalStep step)
    {
        var states = new HashSet<string>(StringComparer.Ordinal);
        foreach (var adjunct in step.Clause.Phrases.Adjuncts.Where(static item => item.Preposition is "as" or "to"))
        {
            if (adjunct.Phrase is { Nouns: [var word], Literals.IsEmpty: true })
            {
                states.Add(word);
            }
            states.UnionWith(adjunct.Phrase is { Nouns: [], Literals: [var literal] } ? [Plain(literal)] : []);
        }
        if (step.Intent.Verb is { IsGeneric: false, Name: var verb })
        {
            states.UnionWith([verb, verb + (verb.EndsWith('e') ? "d" : "ed")]);
        }
        if (states.Overlaps(["done", "completed", "complete", "finished"]))
        {
            states.UnionWith(["done", "completed", "complete"]);
        }
        return states;
    }

    private static IEnumerable<FixedValue> OfLiteral(GoalStep step, List<KeyValuePair<string, JsonElement>> fields)
    {
        if (step.Clause.Phrases.Adjuncts.Where(static item => item.Preposition is "to" or "as").ToList() is not [{ Phrase: { Nouns: [], Literals: [var value] } }]
            || step.Clause.Phrases.Objects.Length > 1
            || !Template.TryParse(value, out var template, out _) || template.Placeholders.Any(static name => !name.Contains('.', StringComparison.Ordinal)))
        {
            return [];
        }
        var wanted = step.Intent.Verb.Name == "rename" ? fields.Where(static field => Names.Contains(field.Key)) : fields.Where(field => step.Intent.Nouns.Contains(Plain(field.Key)));
        return wanted.Select(field => new FixedValue(field.Key, SchemaView.IsText(field.Value) ? Quoted(value) : value));
    }

    /// <summary>The one object that holds the fields: <c>{ "data": { ... } }</c>.</summary>
    private static (string Name, Dictionary<string, JsonElement> Fields)? Envelope(Dictionary<string, JsonElement> body)
    {
        var found = body.Where(static pair => Envelopes.Contains(pair.Key)).Select(static pair => (pair.Key, Fields: SchemaView.Properties(pair.Value))).Where(static pair => pair.Fields.Count > 0).ToList();
        return found is [var only] ? only : null;
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Relaxed);

    private static string Plain(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
