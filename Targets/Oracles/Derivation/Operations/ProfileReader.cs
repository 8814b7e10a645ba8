using System.Collections.Frozen;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>Reads the profile of one operation.</summary>
internal sealed class ProfileReader(Vocabulary vocabulary, CreatedReads reads)
{
    private static readonly HashSet<string> Prepositions = new(StringComparer.Ordinal) { "to", "from", "for", "by", "in", "into", "on", "of", "with", "at", "via", "as" };

    // They stand at the end of a path like a resource, and make none.
    private static readonly HashSet<string> Handling = new(StringComparer.Ordinal) { "bulk", "batch", "import", "export", "search", "query", "validate", "preview", "estimate" };

    public OperationProfile Read(OperationSpec operation)
    {
        var verbs = new HashSet<Verb>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        var context = new HashSet<string>(StringComparer.Ordinal);
        var (resource, action) = ReadPath(operation, verbs, own, context);
        ReadName(operation, verbs, own, context);
        var properties = SchemaView.Properties(operation.Tool.InputSchema);
        var fields = ReadFields(operation, properties, context);
        foreach (var name in CreatedReads.Body(operation).Keys)
        {
            Reference(name, context);
        }
        var made = verbs.SelectMany(static verb => verb.Records)
            .Concat(action || resource is null ? [] : [resource])
            .Concat(verbs.Any(static verb => verb.Kind is VerbKind.Make) ? own : []).ToHashSet(StringComparer.Ordinal);
        return new OperationProfile
        {
            Operation = operation,
            Verbs = verbs.ToFrozenSet(),
            SummaryVerb = Leading(operation.Summary),
            DescriptionVerb = Leading(Description(operation)),
            Creates = operation.Method == HttpMethod.Post && !action && resource is not null && !operation.Path.TrimEnd('/').EndsWith('}'),
            Resource = resource,
            Own = own.ToFrozenSet(StringComparer.Ordinal),
            Context = context.ToFrozenSet(StringComparer.Ordinal),
            Said = WordForms.Split(operation.Summary ?? "").Select(WordForms.Singular).ToFrozenSet(StringComparer.Ordinal),
            Fields = fields.ToFrozenSet(StringComparer.Ordinal),
            IsCollective = properties.Values.Any(SchemaView.IsArray) || properties.Count == 0 || (verbs.Any(static verb => verb.Name == "checkout") && !fields.Any(static field => field.EndsWith("id", StringComparison.Ordinal))),
            Lists = Lists(properties).Concat(properties.TryGetValue("body", out var body) ? Lists(SchemaView.Properties(body)) : []).ToFrozenSet(StringComparer.Ordinal),
            Read = operation.Method == HttpMethod.Post || operation.Method == HttpMethod.Put || operation.Method == HttpMethod.Patch ? reads.Find(operation, made) : null,
        };
    }

    /// <summary>What the path is about, and whether it ends with an action: <c>/loans/{id}/return</c> is about a loan.</summary>
    private (string? Resource, bool Action) ReadPath(OperationSpec operation, HashSet<Verb> verbs, HashSet<string> own, HashSet<string> context)
    {
        var segments = OperationNames.Segments(operation);
        var last = segments.FindLastIndex(static segment => !OperationNames.IsParameter(segment));
        if (last < 0)
        {
            return (null, false);
        }
        var action = false;
        var words = WordForms.Split(segments[last]);
        if (last == segments.Count - 1 && words.Count > 0)
        {
            var name = words is [var first, var second] && Lexicon.Joined(first, second) is { } joined ? joined : words[0];
            if (Handling.Contains(words[0]))
            {
                action = true;
                verbs.Add(vocabulary.Find(words[0]) ?? new Verb(words[0], VerbKind.Neutral, [], [], VerbKind.Neutral));
            }
            // DELETE /posts/{id}/like undoes it.
            else if (operation.Method != HttpMethod.Get && operation.Method != HttpMethod.Delete && vocabulary.Find(name) is { } verb && (words.Count == 1 || name != words[0]))
            {
                verbs.Add(verb);
                // `/orders/{id}/review` may be a review or the act: both.
                action = !Lexicon.AlsoNouns.Contains(name) || name is "checkout" or "login" or "logout" or "signup" or "register"
                    || (last > 0 && OperationNames.IsParameter(segments[last - 1]) && !verb.IsCognate(name));
            }
        }
        var about = action ? segments.FindLastIndex(last - 1 < 0 ? 0 : last - 1, static segment => !OperationNames.IsParameter(segment)) : last;
        if (action && about == last)
        {
            return (null, true);
        }
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = WordForms.Split(segments[i]).ConvertAll(WordForms.Singular);
            if (segment.Count == 0 || (action && i == last))
            {
                continue;
            }
            if (i == about)
            {
                AddNoun(segment, own, context);
            }
            else if (OperationNames.IsParameter(segments[i]))
            {
                Reference(segments[i].Trim('{', '}'), context);
            }
            else
            {
                AddNoun(segment, context, context);
            }
        }
        var noun = WordForms.Split(segments[about]).ConvertAll(WordForms.Singular);
        return (noun.Count == 0 ? null : string.Concat(noun), action);
    }

    private void ReadName(OperationSpec operation, HashSet<Verb> verbs, HashSet<string> own, HashSet<string> context)
    {
        var words = OperationNames.Words(operation);
        if (words.Count == 0)
        {
            return;
        }
        if (vocabulary.Find(words[0]) is { } first && (words.Count > 1 || operation.Method != HttpMethod.Get))
        {
            verbs.Add(first);
            words.RemoveAt(0);
        }
        else if (words.Count > 1 && vocabulary.Find(words[^1]) is { } final)
        {
            verbs.Add(final);
            words.RemoveAt(words.Count - 1);
        }
        else
        {
            // A name that says nothing (op1) or only nouns: the path says it better.
            return;
        }
        var preposition = words.FindIndex(Prepositions.Contains);
        var direct = (preposition < 0 ? words : words[..preposition]).ConvertAll(WordForms.Singular);
        if (direct.Count > 0)
        {
            AddNoun(direct, own, context);
        }
        if (preposition >= 0)
        {
            foreach (var word in words[(preposition + 1)..])
            {
                context.Add(WordForms.Singular(word));
            }
            // markTaskAsDone
            if (words[preposition] == "as" && words.Count == preposition + 2
                && WordForms.OfParticiple(words[^1]).Select(vocabulary.Find).FirstOrDefault(static verb => verb is not null) is { } done)
            {
                verbs.Add(done);
            }
        }
    }

    private static HashSet<string> ReadFields(OperationSpec operation, Dictionary<string, JsonElement> properties, HashSet<string> context)
    {
        var fields = new HashSet<string>(StringComparer.Ordinal);
        if (properties.TryGetValue("body", out var body))
        {
            foreach (var name in SchemaView.Properties(body).Keys)
            {
                Reference(name, context);
                fields.Add(Plain(name));
            }
        }
        foreach (var name in properties.Keys)
        {
            Reference(name, context);
            if (!operation.Parameters.Any(parameter => parameter.Argument == name && parameter.Place != ParameterPlace.Query))
            {
                fields.Add(Plain(name));
            }
        }
        return fields;
    }

    private Verb? Leading(string? text)
    {
        var words = Tokenizer.Read(text is { Length: > 80 } ? text[..80] : text ?? "").TakeWhile(static token => token.Kind is TokenKind.Word).Select(static token => token.Text).Take(2).ToList();
        return words.Count == 0 ? null
            : (words.Count > 1 ? vocabulary.FindJoined(words[0], words[1]) : null) ?? vocabulary.FindForm(words[0]);
    }

    // The tool's description is `METHOD path - summary. description`.
    private static string? Description(OperationSpec operation)
    {
        var text = operation.Tool.Description;
        var prefix = $"{operation.Method.Method} {operation.Path} - ";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var rest = text[prefix.Length..];
        var summary = operation.Summary?.Trim().TrimEnd('.');
        return summary is { Length: > 0 } && rest.StartsWith(summary + ". ", StringComparison.Ordinal) ? rest[(summary.Length + 2)..] : summary is null or "" ? rest : null;
    }

    /// <summary>The last word is the noun; the whole is a name of its own; what stands before it is context.</summary>
    private static void AddNoun(List<string> words, HashSet<string> nouns, HashSet<string> context)
    {
        nouns.Add(words[^1]);
        if (words.Count > 1)
        {
            nouns.Add(string.Concat(words));
            context.UnionWith(words.Take(words.Count - 1));
        }
    }

    /// <summary><c>bookId</c> refers to a book.</summary>
    private static void Reference(string field, HashSet<string> context)
    {
        var words = WordForms.Split(field);
        if (words.Count > 1 && words[^1] is "id" or "ids" or "uuid" or "number" or "code" or "slug" or "key" or "name" or "ref")
        {
            AddNoun(words[..^1].ConvertAll(WordForms.Singular), context, context);
        }
        else if (words.Count > 0 && WordForms.IsPlural(words[^1]))
        {
            AddNoun(words.ConvertAll(WordForms.Singular), context, context);
        }
    }

    private static IEnumerable<string> Lists(Dictionary<string, JsonElement> properties) =>
        properties.Where(static pair => SchemaView.IsArray(pair.Value)).Select(static pair => WordForms.Singular(Plain(pair.Key)));

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
