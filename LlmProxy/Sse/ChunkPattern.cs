using System.Buffers;

namespace ApeTest.LlmProxy.Sse;

/// <summary>
/// Knows the content chunks of one stream again. They differ in their text only (<c>{"id":...,"choices":[{"index":0,"delta":{"content":"</c> TEXT
/// <c>"},"finish_reason":null}]}</c>), so that a chunk with the first one's beginning and end, and plain text between them, is JSON and says what the first one said:
/// two comparisons in place of a pass over its JSON. Everything else is left to <see cref="ChunkReader"/>.
/// </summary>
internal sealed class ChunkPattern
{
    private const int LongestPart = 1024;

    // A stream whose chunks differ elsewhere too (logprobs, padding) is not learnt for ever.
    private const int MostPatterns = 8;

    // What ends a JSON text, or makes it more than its bytes.
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(each => (byte)each), (byte)'"', (byte)'\\']);

    private byte[] _beginning = [];
    private byte[] _end = [];
    private ulong _choices;
    private int _learnt;

    /// <summary>Reads a chunk; throws <see cref="System.Text.Json.JsonException"/> when it is not JSON.</summary>
    public ChunkFacts Read(ReadOnlySpan<byte> json)
    {
        if (_choices != 0 && TryRead(json, out var facts))
        {
            return facts;
        }

        facts = ChunkReader.Read(json);
        Learn(json, in facts);
        return facts;
    }

    private bool TryRead(ReadOnlySpan<byte> json, out ChunkFacts facts)
    {
        facts = default;
        var length = json.Length - _beginning.Length - _end.Length;
        if (length <= 0 || !json.StartsWith(_beginning) || !json.EndsWith(_end) || json.Slice(_beginning.Length, length).ContainsAny(Special))
        {
            return false;
        }

        facts.Token = true;
        facts.Bytes = length;
        facts.Choices = _choices;
        return true;
    }

    private void Learn(ReadOnlySpan<byte> json, in ChunkFacts facts)
    {
        // Only what says nothing but "a token of one choice": no finish, usage, reasoning, tool call or error.
        if (_learnt == MostPatterns || facts.ContentAt == 0 || facts.Bytes != facts.ContentLength || facts.Finished != 0 || facts.HasUsage || facts.Reasoning || facts.IsError
            || facts.ContentAt > LongestPart || json.Length - facts.ContentAt - facts.ContentLength > LongestPart)
        {
            return;
        }

        _learnt++;
        _choices = facts.Choices;
        _beginning = json[..facts.ContentAt].ToArray();
        _end = json[(facts.ContentAt + facts.ContentLength)..].ToArray();
    }
}
