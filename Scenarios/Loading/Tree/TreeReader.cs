using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ApeTest.Scenarios.Loading.Tree;

/// <summary>
/// Reads YAML, and JSON as its subset, into nodes with line and column. Bounded in depth, in aliases and in what they expand to, so that
/// a hostile file costs no more than its size.
/// </summary>
internal sealed class TreeReader
{
    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most aliases.</summary>
    public const int MaxAliases = 100;

    /// <summary>Most nodes that all aliases together may stand for.</summary>
    public const int MaxAliasedNodes = 20_000;

    private const string CoreTags = "tag:yaml.org,2002:";

    private readonly Parser _parser;
    private readonly string _name;
    private readonly ErrorList _errors;
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private int _aliases;
    private int _aliasedNodes;

    private TreeReader(string name, string text, ErrorList errors)
    {
        _name = name;
        _errors = errors;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>Reads one document; null where the text is not one (the errors say why).</summary>
    public static Node? Read(string name, string text, ErrorList errors)
    {
        var reader = new TreeReader(name, text, errors);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            // The scanner names the beginning of what goes wrong; a tab is found on its own line.
            var tab = exception.Message.Contains(" tab ", StringComparison.Ordinal) ? TabLine(text, exception.Start) : null;
            errors.Add(tab is { } line ? new Origin(OriginKind.File, name, line, 1) : reader.At(exception.Start), "", $"is not valid YAML or JSON: {Sentence(exception.Message)}",
                tab is not null ? "Indent with blanks: YAML takes no tabs." : "Look at this line and its neighbours: indentation, quotes, colons and brackets.");
        }
        catch (TreeLimitException exception)
        {
            errors.Add(exception.Origin, "", exception.Message, exception.Suggestion);
        }
        return null;
    }

    private static int? TabLine(string text, Mark start)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (++number >= start.Line && line.TrimStart(' ') is ['\t', ..])
            {
                return number;
            }
        }
        return null;
    }

    private Node? ReadDocument()
    {
        Next<StreamStart>();
        if (!Advance() || _parser.Current is not DocumentStart)
        {
            _errors.Add(At(Mark.Empty), "", "is empty", "Start with for example `target: { url: http://127.0.0.1:5080 }`; docs/scenario.md shows a whole one.");
            return null;
        }
        Advance();
        var root = ReadNode(1);
        Next<DocumentEnd>();
        if (Advance() && _parser.Current is DocumentStart second)
        {
            _errors.Add(At(second.Start), "", "holds a second document", "Keep one scenario per file; remove the line `---` and what follows.");
            return null;
        }
        return root;
    }

    // The current event starts the node; on return it is the node's last.
    private Node ReadNode(int depth)
    {
        var current = _parser.Current!;
        var origin = At(current.Start);
        if (depth > MaxDepth)
        {
            throw new TreeLimitException(origin, $"is nested deeper than {MaxDepth} levels", "No field of a scenario needs that.");
        }
        switch (current)
        {
            case AnchorAlias alias:
                return Expand(alias, origin, depth);
            case Scalar scalar:
                return Anchor(scalar, new ScalarNode(origin, scalar.Value, Kind(scalar, origin)));
            case SequenceStart start:
                CheckTag(start.Tag, origin, "seq");
                var sequence = new SequenceNode(origin);
                Open(start);
                while (Advance() && _parser.Current is not SequenceEnd)
                {
                    sequence.Items.Add(ReadNode(depth + 1));
                }
                return Anchor(start, sequence);
            case MappingStart start:
                CheckTag(start.Tag, origin, "map");
                var mapping = new MappingNode(origin);
                Open(start);
                while (Advance() && _parser.Current is not MappingEnd)
                {
                    ReadEntry(mapping, depth);
                }
                return Anchor(start, mapping);
            default:
                throw new TreeLimitException(origin, "is not valid YAML or JSON", "Look at indentation, quotes, colons and brackets.");
        }
    }

    private void ReadEntry(MappingNode mapping, int depth)
    {
        var keyNode = ReadNode(depth + 1);
        Advance();
        var value = ReadNode(depth + 1);
        if (keyNode is not ScalarNode key)
        {
            _errors.Add(keyNode.Origin, "", $"a key must be a name (got {keyNode.Description})", "Write `name: value`, or put `{{...}}` in quotes.");
        }
        else if (key.Text == "<<")
        {
            _errors.Add(key.Origin, "", "merge keys (`<<`) are not supported", "Write the fields out; `&name` and `*name` work for whole values.");
        }
        else if (mapping.TryGet(key.Text, out var first))
        {
            _errors.Add(key.Origin, "", $"the key {Quote.Text(key.Text)} is given twice: first on line {first.KeyOrigin.Line}", "Keep one of the two.");
        }
        else
        {
            mapping.Set(key.Text, key.Origin, value);
        }
    }

    private Node Expand(AnchorAlias alias, Origin origin, int depth)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var node))
        {
            throw new TreeLimitException(origin, $"the alias {Quote.Text("*" + name)} has no anchor before it", $"Mark the value it stands for with {Quote.Text("&" + name)}.");
        }
        if (node is null)
        {
            throw new TreeLimitException(origin, $"the alias {Quote.Text("*" + name)} stands inside the value that it names", "Write the value out.");
        }
        if (++_aliases > MaxAliases)
        {
            throw new TreeLimitException(origin, $"has more than {MaxAliases} aliases", "Write the values out.");
        }
        var copy = node.Clone(ref _aliasedNodes);
        if (_aliasedNodes > MaxAliasedNodes || depth + DepthOf(copy) > MaxDepth + 1)
        {
            throw new TreeLimitException(origin, $"its aliases stand for more than {MaxAliasedNodes} values or {MaxDepth} levels", "Write the values out.");
        }
        return copy;
    }

    private static int DepthOf(Node node) => 1 + node switch
    {
        SequenceNode { Items.Count: > 0 } sequence => sequence.Items.Max(DepthOf),
        MappingNode { Entries.Count: > 0 } mapping => mapping.Entries.Max(entry => DepthOf(entry.Value)),
        _ => 0,
    };

    // Known from its start, so that an alias inside its own anchor is told apart from a missing anchor.
    private void Open(NodeEvent start)
    {
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = null;
        }
    }

    private Node Anchor(NodeEvent start, Node node)
    {
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }
        return node;
    }

    private ScalarKind Kind(Scalar scalar, Origin origin)
    {
        CheckTag(scalar.Tag, origin, "str", "int", "float", "bool", "null");
        return scalar.Style is not ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == CoreTags + "str")
            ? ScalarKind.Text
            : ScalarNode.KindOf(scalar.Value);
    }

    private void CheckTag(TagName tag, Origin origin, params ReadOnlySpan<string> allowed)
    {
        if (tag.IsEmpty || tag.IsNonSpecific || (tag.Value.StartsWith(CoreTags, StringComparison.Ordinal) && allowed.Contains(tag.Value[CoreTags.Length..])))
        {
            return;
        }
        _errors.Add(origin, "", $"the tag {Quote.Text(tag.Value)} is not supported", "Remove it.");
    }

    // YamlDotNet's scanner meets some malformed texts (found by mutation) with exceptions other than its own.
    private bool Advance()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            throw new TreeLimitException(At(_parser.Current?.End ?? Mark.Empty), "is not valid YAML or JSON here or on the next line",
                "Look at indentation, quotes, colons and brackets.");
        }
    }

    private void Next<T>() where T : ParsingEvent
    {
        if (!Advance() || _parser.Current is not T)
        {
            throw new TreeLimitException(At(_parser.Current?.Start ?? Mark.Empty), "is not valid YAML or JSON", "Look at indentation, quotes, colons and brackets.");
        }
    }

    private Origin At(Mark mark) => new(OriginKind.File, _name, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static string Sentence(string message) =>
        Quote.Plain(message.Length == 0 ? "unexpected text" : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.'), 160);

    private sealed class TreeLimitException(Origin origin, string message, string? suggestion) : Exception(message)
    {
        public Origin Origin { get; } = origin;

        public string? Suggestion { get; } = suggestion;
    }
}
