using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Follows references within one document (JSON pointers, RFC 6901). Nothing outside it is ever read: a document must not make the importer
/// open files or call hosts. Thread-safe for reading.
/// </summary>
internal sealed class DocumentReferences(JsonObject document)
{
    private const int MaxHops = 32;

    /// <summary>What a reference points to; it is known to exist. Throws <see cref="FormatException"/> that says why where it does not.</summary>
    public JsonNode? Find(string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw new FormatException($"$ref '{Short(reference)}' points outside the document, and no other document is read: bundle them into one file");
        }
        JsonNode? node = document;
        foreach (var part in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node switch
            {
                JsonObject map when map.TryGetPropertyValue(name, out var next) => next,
                JsonArray list when int.TryParse(name, out var index) && index >= 0 && index < list.Count => list[index],
                _ => throw new FormatException($"$ref '{Short(reference)}' points to nothing: define it, or correct the reference"),
            };
        }
        return node;
    }

    /// <summary>
    /// The object itself, or the one that it refers to, over any number of references. Null where there is no object. Throws
    /// <see cref="FormatException"/> for a reference to nothing and one that leads in a circle.
    /// </summary>
    public JsonObject? Resolve(JsonNode? node)
    {
        for (var hops = 0; node is JsonObject map && SchemaKeywords.Text(map["$ref"]) is { } reference; hops++)
        {
            if (hops == MaxHops)
            {
                throw new FormatException($"$ref '{Short(reference)}' leads in a circle");
            }
            node = Find(reference);
        }
        return node as JsonObject;
    }

    private static string Short(string reference) => reference.Length <= 200 ? reference : reference[..197] + "...";
}
