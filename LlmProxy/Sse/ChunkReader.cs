using System.Text.Json;

namespace ApeTest.LlmProxy.Sse;

/// <summary>
/// Reads the facts of a <c>chat.completion.chunk</c> (or a whole <c>chat.completion</c>) in one pass without building anything.
/// Throws <see cref="JsonException"/> when the bytes are not JSON, and <see cref="InvalidOperationException"/> when a text in them is no valid Unicode.
/// </summary>
internal static class ChunkReader
{
    private const int MaxDepth = 512;

    public static ChunkFacts Read(ReadOnlySpan<byte> json)
    {
        var facts = default(ChunkFacts);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("the data of an event is not a JSON object");
        }

        var seenChoices = false;
        var flatError = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                seenChoices = reader.TokenType == JsonTokenType.StartArray;
                facts.NoChoices = true;
                ReadChoices(ref reader, ref facts);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                var from = (int)reader.TokenStartIndex;
                reader.Read();
                ReadUsage(ref reader, ref facts);
                (facts.UsageAt, facts.UsageLength) = (from, (int)reader.BytesConsumed - from);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                facts.IsError |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
                reader.Skip();
            }
            else
            {
                flatError |= reader.ValueTextEquals("message"u8);
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read(); // throws on anything behind the object
        facts.NoChoices &= seenChoices;
        facts.IsError |= flatError && !seenChoices;
        return facts;
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref ChunkFacts facts)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            facts.NoChoices = false;
            var index = 0;
            var finished = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("index"u8))
                {
                    reader.Read();
                    index = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value & 63 : 0;
                }
                else if (reader.ValueTextEquals("finish_reason"u8))
                {
                    reader.Read();
                    finished = reader.TokenType == JsonTokenType.String;
                    facts.FinishReason = finished ? reader.GetString() : facts.FinishReason;
                }
                else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                {
                    reader.Read();
                    ReadDelta(ref reader, ref facts);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            facts.Choices |= 1UL << index;
            facts.Finished |= finished ? 1UL << index : 0;
        }
    }

    private static void ReadDelta(ref Utf8JsonReader reader, ref ChunkFacts facts)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var content = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("refusal"u8);
            var tools = !content && (reader.ValueTextEquals("tool_calls"u8) || reader.ValueTextEquals("function_call"u8));
            var reasoning = !content && !tools && (reader.ValueTextEquals("reasoning"u8) || reader.ValueTextEquals("reasoning_content"u8));
            reader.Read();
            var from = reader.TokenStartIndex;
            var filled = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            if (content && reader.TokenType == JsonTokenType.StartArray)
            {
                // Content in parts (Mistral): [{"type":"text","text":"..."}].
                reader.Skip();
                var length = (int)(reader.BytesConsumed - from);
                facts.Token |= length > 2;
                facts.Bytes += length > 2 ? PartBytes(length) : 0;
            }
            else if (content || reasoning)
            {
                facts.Token |= content && filled;
                facts.Reasoning |= reasoning && filled;
                facts.Bytes += filled ? reader.ValueSpan.Length : 0;
                if (content && filled)
                {
                    // A second one makes the place useless: no text starts at 0.
                    facts.ContentAt = facts.ContentLength == 0 ? (int)from + 1 : 0;
                    facts.ContentLength = reader.ValueSpan.Length;
                }

                reader.Skip();
            }
            else
            {
                var opened = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
                reader.Skip();
                if (tools && opened && reader.BytesConsumed - from > 2)
                {
                    facts.Token = true;
                    facts.Bytes += ToolBytes((int)(reader.BytesConsumed - from));
                }
            }
        }
    }

    // A tool-call delta wraps its fragment in about 45 bytes of JSON ({"index":0,"function":{"arguments":"..."}}).
    private static int ToolBytes(int raw) => Math.Max(4, raw - 45);

    // A part wraps its text in about 25 bytes of JSON.
    private static int PartBytes(int raw) => Math.Max(4, raw - 27);

    private static void ReadUsage(ref Utf8JsonReader reader, ref ChunkFacts facts)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var prompt = reader.ValueTextEquals("prompt_tokens"u8);
            var completion = reader.ValueTextEquals("completion_tokens"u8);
            reader.Read();
            if ((prompt || completion) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var tokens) && tokens >= 0)
            {
                facts.HasUsage = true;
                facts.PromptTokens = prompt ? tokens : facts.PromptTokens;
                facts.CompletionTokens = completion ? tokens : facts.CompletionTokens;
            }

            reader.Skip();
        }
    }
}
