using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>
/// Finds the read of what an operation answers with: by the path (<c>POST /loans</c>, <c>GET /loans/{loanId}</c>), by the schema (both
/// answer an order), or by the noun. Every parameter of the read's path must be a field of the response; in doubt there is no read.
/// </summary>
internal sealed class CreatedReads
{
    private static readonly string[] IdNames = ["id", "_id", "uuid", "guid"];
    private static readonly string[] Wrappers = ["data", "result", "item"];

    private readonly List<OperationSpec> _reads;

    public CreatedReads(ToolCatalog catalog) => _reads =
    [
        .. catalog.Operations.Where(static operation => operation.Method == HttpMethod.Get
            && operation.Path.EndsWith('}')
            && operation.Parameters.All(static parameter => !parameter.Required || parameter.Place == ParameterPlace.Path)),
    ];

    /// <summary>The read; null where there is none, or more than one equally near.</summary>
    /// <param name="operation">What answers.</param>
    /// <param name="nouns">What it may have created.</param>
    public CreatedRead? Find(OperationSpec operation, IReadOnlyCollection<string> nouns)
    {
        var properties = Body(operation);
        if (properties.Count == 0)
        {
            return null;
        }
        var found = new List<(int Distance, CreatedRead Read)>();
        foreach (var read in _reads)
        {
            if (Distance(operation, properties, read, nouns) is { } distance && Ids(read, properties) is { } created)
            {
                found.Add((distance, created));
            }
        }
        var nearest = found.Where(item => item.Distance == found.Min(static other => other.Distance)).ToList();
        return nearest is [var only] ? only.Read : null;
    }

    /// <summary>Properties of the first success response that has a schema.</summary>
    public static Dictionary<string, JsonElement> Body(OperationSpec operation) => operation.Responses
        .Where(static response => response.Code is ['2', _, _])
        .OrderBy(static response => response.Code, StringComparer.Ordinal)
        .Select(static response => SchemaView.Properties(response.Schema))
        .FirstOrDefault(static properties => properties.Count > 0) ?? [];

    private static int? Distance(OperationSpec operation, Dictionary<string, JsonElement> properties, OperationSpec read, IReadOnlyCollection<string> nouns)
    {
        if (operation.Path.TrimEnd('/') == Collection(read) || operation.Path == read.Path)
        {
            return 1;
        }
        var answered = Body(read);
        if (answered.Count > 1 && answered.Count == properties.Count && answered.Keys.All(properties.ContainsKey))
        {
            return 2;
        }
        return nouns.Contains(Noun(read)) ? 3 : null;
    }

    private static CreatedRead? Ids(OperationSpec read, Dictionary<string, JsonElement> properties)
    {
        var ids = ImmutableArray.CreateBuilder<CreatedId>();
        var noun = Noun(read);
        var names = PathTemplate.Names(read.Path).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            var isLast = i == names.Count - 1;
            if (Field(names[i], isLast ? noun : null, properties) is not { } path)
            {
                return null;
            }
            ids.Add(new CreatedId(names[i], Capture(names[i], isLast ? noun : "parent"), path));
        }
        return new CreatedRead(read, ids.ToImmutable(), noun);
    }

    /// <summary>Path of the field that a parameter names. <paramref name="noun"/>: what the plain <c>id</c> is the id of; null where it is not.</summary>
    private static string? Field(string parameter, string? noun, Dictionary<string, JsonElement> properties)
    {
        if (FieldOf(parameter, noun, properties) is { } name)
        {
            return Step("$", name);
        }
        foreach (var (wrapper, schema) in properties)
        {
            if (noun is not null && (Plain(wrapper) == noun || Wrappers.Contains(Plain(wrapper)))
                && FieldOf(parameter, noun, SchemaView.Properties(schema)) is { } inner)
            {
                return Step(Step("$", wrapper), inner);
            }
        }
        return null;
    }

    private static string? FieldOf(string parameter, string? noun, Dictionary<string, JsonElement> properties)
    {
        var plain = Plain(parameter);
        var wanted = new List<string> { plain };
        if (noun is not null && (IdNames.Contains(parameter) || plain == noun + "id" || plain == noun || plain == noun + "uuid"))
        {
            wanted.AddRange([.. IdNames.Select(Plain), noun + "id"]);
        }
        foreach (var name in wanted)
        {
            foreach (var (property, schema) in properties)
            {
                if (Plain(property) == name && SchemaView.IsScalar(schema))
                {
                    return property;
                }
            }
        }
        return null;
    }

    private static string Collection(OperationSpec read) => read.Path[..read.Path.LastIndexOf('/')];

    private static string Noun(OperationSpec read) =>
        OperationNames.Segments(read).LastOrDefault(static segment => !OperationNames.IsParameter(segment)) is { } segment
            ? string.Concat(WordForms.Split(segment).Select(WordForms.Singular))
            : "";

    private static string Capture(string parameter, string noun)
    {
        var words = WordForms.Split(parameter);
        if (words is [] or ["id"] or ["uuid"] or ["guid"])
        {
            words = [noun.Length == 0 ? "created" : noun, "id"];
        }
        return words[0] + string.Concat(words.Skip(1).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static string Step(string path, string name) =>
        name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? $"{path}.{name}" : $"{path}['{name}']";
}
