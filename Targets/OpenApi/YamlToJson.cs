using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Turns a YAML document into JSON nodes under the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema). Depth and the
/// number of nodes after aliases are bounded, so that a document of a few lines cannot unfold into gigabytes.
/// </summary>
internal sealed class YamlToJson
{
    private const int MaxDepth = 100;
    private const int MaxNodes = 1_000_000;

    private readonly Dictionary<AnchorName, (JsonNode? Node, int Size)> _anchors = [];
    private readonly IParser _parser;
    private int _nodes;

    private YamlToJson(IParser parser)
    {
        _parser = parser;
    }

    /// <summary>Converts. Malformed or unbounded documents throw <see cref="YamlException"/> with the place.</summary>
    public static JsonNode? Convert(string yaml)
    {
        using var reader = new StringReader(yaml);
        var converter = new YamlToJson(new Parser(reader));
        converter._parser.Consume<StreamStart>();
        if (converter._parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }
        converter._parser.Consume<DocumentStart>();
        return converter.Read(depth: 0);
    }

    private JsonNode? Read(int depth)
    {
        var mark = _parser.Current?.Start ?? Mark.Empty;
        if (depth > MaxDepth)
        {
            throw new YamlException(mark, mark, $"nested deeper than {MaxDepth} levels");
        }
        var before = _nodes;
        Count(1, mark);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value, out var known))
            {
                throw new YamlException(alias.Start, alias.End, $"alias *{alias.Value} refers to nothing, or to a node that holds it");
            }
            Count(known.Size, mark);
            return known.Node?.DeepClone();
        }
        AnchorName anchor;
        JsonNode? node;
        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            anchor = scalar.Anchor;
            node = ToValue(scalar);
        }
        else if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            anchor = sequence.Anchor;
            node = ReadSequence(depth);
        }
        else
        {
            anchor = _parser.Consume<MappingStart>().Anchor;
            node = ReadMapping(depth);
        }
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = (node, _nodes - before);
        }
        return node;
    }

    private JsonArray ReadSequence(int depth)
    {
        var array = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            array.Add(Read(depth + 1));
        }
        return array;
    }

    private JsonObject ReadMapping(int depth)
    {
        var result = new JsonObject();
        HashSet<string>? merged = null;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                var mark = _parser.Current?.Start ?? Mark.Empty;
                throw new YamlException(mark, mark, "a key must be a scalar");
            }
            var value = Read(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged ??= new HashSet<string>(StringComparer.Ordinal);
                Merge(result, value, merged);
            }
            else if (result.ContainsKey(key.Value) && merged?.Remove(key.Value) != true)
            {
                throw new YamlException(key.Start, key.End, $"the key '{key.Value}' stands twice in one mapping");
            }
            else
            {
                // A merge key (<<) gives defaults: an own key wins over it.
                result[key.Value] = value;
            }
        }
        return result;
    }

    private static void Merge(JsonObject into, JsonNode? from, HashSet<string> merged)
    {
        foreach (var source in from is JsonArray list ? list.OfType<JsonObject>() : from is JsonObject one ? [one] : [])
        {
            foreach (var (name, value) in source)
            {
                if (into.TryAdd(name, value?.DeepClone()))
                {
                    merged.Add(name);
                }
            }
        }
    }

    private void Count(int more, Mark mark)
    {
        if (more > MaxNodes - _nodes)
        {
            throw new YamlException(mark, mark, $"unfolds to more than {MaxNodes} nodes");
        }
        _nodes += more;
    }

    private static JsonNode? ToValue(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str" || scalar.Tag == "!")
        {
            return JsonValue.Create(text);
        }
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                return JsonValue.Create(false);
        }
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return JsonValue.Create(hex);
        }
        var first = text[0] is '-' or '+' && text.Length > 1 ? text[1] : text[0];
        if (char.IsAsciiDigit(first) || first == '.')
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            {
                return JsonValue.Create(integer);
            }
            if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                return JsonValue.Create(number);
            }
        }
        return JsonValue.Create(text);
    }
}
