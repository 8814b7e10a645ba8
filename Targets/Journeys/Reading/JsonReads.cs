using System.Text;
using System.Text.Json;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// All JSON paths of a step, read in one pass over the body, which ends where all have been found: what stands behind that is not looked at. Of a
/// name that comes twice in an object the first counts. Names, indexes from the front and <c>[*]</c>; for others see <see cref="CanRead"/>. Immutable.
/// </summary>
internal sealed class JsonReads
{
    /// <summary>Most paths of a step.</summary>
    public const int Most = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1_024 };

    private readonly JsonReadNode _root = new(isBelowAny: false);

    /// <summary>Number of paths.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a path can be read so, beside those that were added.</summary>
    public bool CanRead(JsonPath path) => Count < Most && !path.Steps.Any(static step => step.Index < 0) && _root.CanTake(path.Steps.AsSpan());

    /// <summary>Adds a path that <see cref="CanRead"/> accepts; gives its number. While a plan is compiled.</summary>
    public int Add(JsonPath path)
    {
        _root.Take(path.Steps.AsSpan(), Count);
        return Count++;
    }

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body, without byte order mark.</param>
    /// <param name="isCut">Whether it is only the first part of what was sent.</param>
    /// <param name="found">Takes what was found, by number; as long as <see cref="Count"/> and empty.</param>
    public JsonReadState Read(ReadOnlySpan<byte> body, bool isCut, Span<JsonFound> found)
    {
        var start = body.IndexOfAnyExcept(" \t\r\n"u8);
        // A page or an error text, which is common: it costs no exception.
        if (start < 0 || !"{[\"-0123456789tfn"u8.Contains(body[start]))
        {
            return JsonReadState.NotJson;
        }
        var pass = new Pass(found, Count);
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: !isCut, new JsonReaderState(Options));
            var isWhole = reader.Read() && pass.Walk(ref reader, _root);
            return pass.Missing == 0 || (isWhole && !isCut) ? JsonReadState.Read : isCut ? JsonReadState.Cut : JsonReadState.NotJson;
        }
        catch (JsonException)
        {
            return JsonReadState.NotJson;
        }
    }

    /// <summary>The text that was found, without escapes; null where it is none: half a character, or bytes that are not UTF-8.</summary>
    public static bool TryText(ReadOnlySpan<byte> body, in JsonFound found, Span<byte> unescaped, out ReadOnlySpan<byte> text)
    {
        text = body.Slice(found.Start, found.Length);
        if (found.Type is not JsonTokenType.String)
        {
            return true;
        }
        if (!found.IsEscaped)
        {
            return System.Text.Unicode.Utf8.IsValid(text);
        }
        if (text.Length > unescaped.Length)
        {
            return false;
        }
        try
        {
            var reader = new Utf8JsonReader(body[(found.Start - 1)..(found.Start + found.Length + 1)]);
            reader.Read();
            text = unescaped[..reader.CopyString(unescaped)];
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or JsonException)
        {
            return false;
        }
    }

    /// <summary>One reading.</summary>
    private ref struct Pass(Span<JsonFound> found, int missing)
    {
        private readonly Span<JsonFound> _found = found;

        public int Missing = missing;

        /// <summary>Reads the value that the reader is at; false where the body ends in it.</summary>
        public bool Walk(ref Utf8JsonReader reader, JsonReadNode node)
        {
            var type = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            if (!node.HasChildren || type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            {
                if (node.Leaves.Length > 0)
                {
                    if (!reader.TrySkip())
                    {
                        return false;
                    }
                    Note(node, type is JsonTokenType.String
                        ? new JsonFound(type, start + 1, reader.ValueSpan.Length, reader.ValueIsEscaped)
                        : new JsonFound(type, start, (int)reader.BytesConsumed - start, false));
                    return true;
                }
                return reader.TrySkip();
            }
            var isObject = type is JsonTokenType.StartObject;
            for (var index = 0; ; index++)
            {
                if (!reader.Read())
                {
                    return false;
                }
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    break;
                }
                var child = isObject ? node.Named(ref reader) : node.At(index);
                if (isObject && !reader.Read())
                {
                    return false;
                }
                if (!(child is null ? reader.TrySkip() : Walk(ref reader, child)))
                {
                    return false;
                }
                if (Missing == 0)
                {
                    return true;
                }
            }
            Note(node, new JsonFound(type, start, (int)reader.BytesConsumed - start, false));
            return true;
        }

        private void Note(JsonReadNode node, in JsonFound value)
        {
            foreach (var leaf in node.Leaves)
            {
                // Below [*] the first that gives something counts.
                if (_found[leaf].Type is JsonTokenType.None && (!node.IsBelowAny || value.IsUsable))
                {
                    _found[leaf] = value;
                    Missing--;
                }
            }
        }
    }
}

/// <summary>What came of reading a body.</summary>
internal enum JsonReadState
{
    /// <summary>It was read as far as it was asked for.</summary>
    Read,

    /// <summary>It is not JSON.</summary>
    NotJson,

    /// <summary>It was not kept as far as it would have to be read.</summary>
    Cut,
}
