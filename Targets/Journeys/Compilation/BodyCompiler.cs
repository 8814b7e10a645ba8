using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Targets.Journeys.Rendering;

namespace ApeTest.Targets.Journeys.Compilation;

/// <summary>Compiles a request's body.</summary>
internal sealed class BodyCompiler(ValueScope scope)
{
    private const string BoundaryHint = "Send it as a file.";

    /// <summary>The kind's own content type.</summary>
    public static string ContentTypeOf(BodySpec body) => body switch
    {
        { Json: not null } or { GraphQl: not null } => "application/json",
        { Form.IsEmpty: false } => "application/x-www-form-urlencoded",
        { Multipart.IsEmpty: false } => $"multipart/form-data; boundary={Boundary(body)}",
        { Xml: not null } => "application/xml",
        { Text: not null } => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    /// <summary>Compiles it; throws <see cref="Scenarios.ApeTestException"/> (exit 2) where it is malformed.</summary>
    public ByteTemplate Compile(BodySpec body)
    {
        var builder = new ByteTemplateBuilder(scope);
        switch (body)
        {
            case { Json: { } json }:
                AddJson(builder, json, "the JSON body");
                break;
            case { GraphQl: { } document }:
                builder.Literal("{\"query\":\"").Text(document, Place.JsonText).Literal("\"");
                if (body.Variables is { } variables)
                {
                    builder.Literal(",\"variables\":");
                    AddJson(builder, variables, "variables");
                }
                builder.Literal("}");
                break;
            case { Form.IsEmpty: false }:
                var separator = "";
                foreach (var (name, value) in body.Form)
                {
                    builder.Literal(separator).Text(name, Place.Form).Literal("=").Text(value, Place.Form, isSecret: SecretNames.Contains(name));
                    separator = "&";
                }
                break;
            case { Multipart.IsEmpty: false }:
                AddParts(builder, body);
                break;
            case { Xml: { } xml }:
                AddWritten(builder, xml, Place.Xml);
                break;
            case { Text: { } text }:
                AddWritten(builder, text, Place.Text);
                break;
            case { Bytes: { } bytes }:
                builder.Literal(Decode(bytes));
                break;
        }
        return builder.Build();
    }

    private void AddJson(ByteTemplateBuilder builder, string json, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            Add(builder, document.RootElement, isSecret: false);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            scope.Fail($"{what} is not JSON: {error.Message.TrimEnd('.')}", "Write placeholders inside quotes; \"{{name:json}}\" stands for a value without them.");
        }
    }

    private void Add(ByteTemplateBuilder builder, JsonElement value, bool isSecret)
    {
        var separator = "";
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                builder.Literal("{");
                foreach (var property in value.EnumerateObject())
                {
                    builder.Literal(separator);
                    AddText(builder, property.Name, isSecret: false);
                    builder.Literal(":");
                    Add(builder, property.Value, SecretNames.Contains(property.Name));
                    separator = ",";
                }
                builder.Literal("}");
                break;
            case JsonValueKind.Array:
                builder.Literal("[");
                foreach (var item in value.EnumerateArray())
                {
                    builder.Literal(separator);
                    Add(builder, item, isSecret);
                    separator = ",";
                }
                builder.Literal("]");
                break;
            case JsonValueKind.String:
                AddText(builder, value.GetString()!, isSecret);
                break;
            default:
                builder.Literal(value.GetRawText());
                break;
        }
    }

    private void AddText(ByteTemplateBuilder builder, string text, bool isSecret)
    {
        var segments = scope.Parse(text, isSecret).Segments;
        if (segments is [{ IsJson: true } whole])
        {
            builder.Add(whole, Place.Json, isWritten: false);
            return;
        }
        builder.Literal("\"");
        foreach (var segment in segments)
        {
            if (segment.IsJson)
            {
                scope.Fail($"'{Template.Placeholder(segment.Text + ":json")}' stands beside other text", "Let it be all of its text, or write it without `:json`.");
            }
            builder.Add(segment, Place.JsonText, isWritten: false);
        }
        builder.Literal("\"");
    }

    /// <summary>A text of which only the values are escaped.</summary>
    private void AddWritten(ByteTemplateBuilder builder, string text, Place place)
    {
        foreach (var segment in scope.Parse(text).Segments)
        {
            builder.Add(segment, place, isWritten: true);
        }
    }

    private void AddParts(ByteTemplateBuilder builder, BodySpec body)
    {
        var boundary = Boundary(body);
        foreach (var part in body.Multipart)
        {
            builder.Literal("--").Literal(boundary).Literal("\r\nContent-Disposition: form-data; name=\"").Text(part.Name, Place.PartName).Literal("\"");
            if (part.FileName is { } file)
            {
                builder.Literal("; filename=\"").Text(file, Place.PartName).Literal("\"");
            }
            if (part.ContentType is { } type)
            {
                builder.Literal("\r\nContent-Type: ").Text(type, Place.Header);
            }
            builder.Literal("\r\n\r\n");
            if (part.Bytes is { } bytes)
            {
                builder.Literal(Decode(bytes));
            }
            else
            {
                foreach (var segment in scope.Parse(part.Text ?? "", SecretNames.Contains(part.Name)).Segments)
                {
                    builder.Add(segment, Place.Part, isWritten: true);
                }
            }
            builder.Literal("\r\n");
        }
        builder.Literal("--").Literal(boundary).Literal("--\r\n");
    }

    /// <summary>
    /// A boundary that no constant part holds: it hashes them all. A value that holds it was made to; see <see cref="Escapes.Boundary"/>.
    /// </summary>
    private static string Boundary(BodySpec body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in body.Multipart)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Name}\0{part.Text}\0{part.FileName}\0{part.Bytes}\0"));
        }
        return Escapes.Boundary + Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
    }

    private byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            scope.Fail("the content of a file is not Base64", BoundaryHint);
            return [];
        }
    }
}
