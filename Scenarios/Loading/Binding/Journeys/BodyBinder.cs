using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Binds a request's body: one of several kinds.</summary>
internal sealed class BodyBinder(ObjectReader step, StepTexts texts)
{
    private static readonly ImmutableArray<string> Kinds = ["json", "form", "multipart", "xml", "text", "graphql", "file"];

    private static readonly Rule<string> ContentType = Rules.Text("application/json", 200).Then(static text =>
        text.Contains('/', StringComparison.Ordinal) && text.All(static c => c is >= ' ' and <= '~')
            ? text
            : Rules.Wrong<string>($"must be a media type (got {Quote.Plain(text)})", "Use for example application/vnd.shop+json."));

    /// <summary>The body; null where there is none. <paramref name="contentType"/> is what a header says.</summary>
    public BodySpec? Bind(string? contentType)
    {
        var given = Kinds.Where(kind => step.Take(kind) is not null).ToList();
        var own = MediaType(step);
        if (step.Take("variables") is { } variables && !given.Contains("graphql"))
        {
            step.Error(variables, "variables", "belongs to `graphql`", "Add `graphql: \"query ...\"`, or remove it.");
        }
        if (given.Count == 0)
        {
            if (step.Take("contentType") is { } lonely)
            {
                step.Error(lonely, "contentType", "is of a body, and there is none", "Add for example `json: { name: ann }`, or remove it.");
            }
            return null;
        }
        if (given.Count > 1)
        {
            step.Error(step.Take(given[1]), given[1], $"cannot be beside {given[0]}: a request has one body", "Keep one of the two.");
        }
        if (own is not null && contentType is not null)
        {
            step.Error(step.Take("contentType"), "contentType", "is given as a header too", "Keep one of the two.");
        }
        var body = given[0] switch
        {
            "json" => new BodySpec { Json = texts.Json("json") },
            "form" => new BodySpec { Form = Form() },
            "multipart" => new BodySpec { Multipart = Multipart() },
            "xml" => new BodySpec { Xml = texts.Field("xml", "\"<order id='{{id}}'/>\"") },
            "text" => new BodySpec { Text = texts.Field("text", "\"hello\"") },
            "graphql" => GraphQl(),
            _ => new BodySpec { Bytes = File(step.Take("file")!, step.PathOf("file"), out _) },
        };
        return body with { ContentType = own ?? contentType };
    }

    private BodySpec GraphQl()
    {
        if (step.Take("variables") is { } variables and not MappingNode)
        {
            step.Error(variables, "variables", $"must be a mapping (got {variables.Description})", "Write for example `variables: { id: \"{{id}}\" }`.");
        }
        return new BodySpec { GraphQl = texts.Field("graphql", "\"query { products { id } }\""), Variables = texts.Json("variables") };
    }

    private ImmutableArray<KeyValuePair<string, string>> Form()
    {
        var pairs = texts.Pairs("form", "{ name: ann }");
        if (step.Take("form") is MappingNode { Entries.Count: 0 } empty)
        {
            step.Error(empty, "form", "has no fields", "Write for example `form: { name: ann }`.");
        }
        return [.. pairs.Select(static pair => KeyValuePair.Create(pair.Name, pair.Text))];
    }

    private ImmutableArray<PartSpec> Multipart()
    {
        var parts = ImmutableArray.CreateBuilder<PartSpec>();
        foreach (var (name, at, node) in step.Map("multipart", "{ note: hi, doc: { file: a.pdf } }", out _))
        {
            var path = FieldPath.Append(step.PathOf("multipart"), name);
            if (!IsPartName(name))
            {
                step.Context.Errors.Add(at, path, "is not a name of a part", "Use letters, digits and signs but quotes, at most 200.");
            }
            if (node is MappingNode mapping)
            {
                parts.Add(Part(name, new ObjectReader(step.Context, mapping, node.Origin, path, JourneyShape.Part, new ResolvedMapping(node.Origin.Label))));
            }
            else if (texts.Text(node, path, "hi") is { } text)
            {
                parts.Add(new PartSpec(name, text, null, null, null));
            }
        }
        if (parts.Count == 0 && step.Take("multipart") is MappingNode { Entries.Count: 0 } empty)
        {
            step.Error(empty, "multipart", "has no parts", "Write for example `multipart: { note: hi, doc: { file: a.pdf } }`.");
        }
        return parts.ToImmutable();
    }

    private PartSpec Part(string name, ObjectReader part)
    {
        var file = part.Take("file");
        var text = part.Take("text");
        if ((file is null) == (text is null))
        {
            part.Error(file, "", "needs one of file and text", "Write for example `{ file: a.pdf, contentType: application/pdf }`.");
        }
        string? fileName = null;
        var bytes = file is null ? null : File(file, part.PathOf("file"), out fileName);
        var given = part.OptionalReference("fileName", Rules.Text("a.pdf", 200).Then(static text => IsPartName(text)
            ? text
            : Rules.Wrong<string>("must not hold quotes, backslashes and control characters", "Use for example a.pdf.")));
        var result = new PartSpec(name, text is null ? null : texts.Text(text, part.PathOf("text"), "hi"), given ?? fileName, MediaType(part), bytes);
        part.Finish();
        return result;
    }

    private string? MediaType(ObjectReader owner)
    {
        var type = owner.OptionalReference("contentType", ContentType);
        return type is null || texts.Check(type, owner.Take("contentType")!.Origin, owner.PathOf("contentType")) ? type : null;
    }

    private string? File(Node node, string path, out string? fileName)
    {
        fileName = null;
        if (!step.TryRead(node, path, Rules.Text("body.bin", 1024), out var name))
        {
            return null;
        }
        fileName = Path.GetFileName(name);
        return BodyFile.Read(step.Context, node, path, name);
    }

    private static bool IsPartName(string name) => name.Length is > 0 and <= 200 && !name.Any(static c => char.IsControl(c) || c is '"' or '\\');
}
