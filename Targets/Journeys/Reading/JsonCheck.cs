using System.Text;
using System.Text.Json;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// A comparison of <c>check.json</c> that the one pass over the body can answer with yes: a constant text, number, boolean or null, or <c>exists</c>.
/// Where it does not, <see cref="AnswerCheck"/> judges, which knows everything (numbers that are written otherwise, escapes) and says what is wrong.
/// </summary>
internal sealed class JsonCheck
{
    private readonly bool? _exists;
    private readonly JsonValueKind _kind;
    private readonly byte[] _wanted;

    private JsonCheck(int leaf, Comparison comparison)
    {
        Leaf = leaf;
        _exists = comparison.Kind is ComparisonKind.Exists ? comparison.Exists : null;
        _kind = comparison.Literal?.ValueKind ?? JsonValueKind.String;
        _wanted = Encoding.UTF8.GetBytes(comparison.Fixed ?? "");
    }

    /// <summary>Number of its path.</summary>
    public int Leaf { get; }

    /// <summary>The check, where it can be answered so; null otherwise.</summary>
    public static JsonCheck? Of(JsonPath path, string text, JsonReads reads)
    {
        if (Comparison.Parse(text, ComparisonSubject.Json) is not [var comparison] || path.Steps.Any(static step => step.IsAny) || !reads.CanRead(path))
        {
            return null;
        }
        var isSimple = comparison.Kind is ComparisonKind.Exists
            || (comparison is { Kind: ComparisonKind.Equal, Fixed: not null, IsStructure: false });
        return isSimple ? new JsonCheck(reads.Add(path), comparison) : null;
    }

    /// <summary>Whether it surely holds.</summary>
    /// <param name="body">The body.</param>
    /// <param name="found">What was found at the path.</param>
    /// <param name="isRead">Whether a value that was not found is not there.</param>
    public bool Holds(ReadOnlySpan<byte> body, in JsonFound found, bool isRead)
    {
        if (_exists is { } exists)
        {
            return exists ? found.Type is not JsonTokenType.None : isRead && found.Type is JsonTokenType.None;
        }
        return found.Type switch
        {
            JsonTokenType.String => _kind is JsonValueKind.String or JsonValueKind.Number && !found.IsEscaped && body.Slice(found.Start, found.Length).SequenceEqual(_wanted),
            JsonTokenType.Number => _kind is JsonValueKind.Number && body.Slice(found.Start, found.Length).SequenceEqual(_wanted),
            JsonTokenType.True => _kind is JsonValueKind.True,
            JsonTokenType.False => _kind is JsonValueKind.False,
            JsonTokenType.Null => _kind is JsonValueKind.Null,
            _ => false,
        };
    }
}
