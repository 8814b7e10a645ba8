namespace ApeTest.LlmProxy.Sse;

/// <summary>What one chunk of a streamed completion says.</summary>
internal struct ChunkFacts
{
    /// <summary>A content or tool-call delta that is not empty: this is what time to first token waits for.</summary>
    public bool Token;

    /// <summary>Reasoning text: progress, but neither content nor tool call, so not the first token.</summary>
    public bool Reasoning;

    /// <summary>Bytes of content, arguments and reasoning, for estimates.</summary>
    public int Bytes;

    /// <summary>Bit i: choice i appears.</summary>
    public ulong Choices;

    /// <summary>Bit i: choice i has a finish reason.</summary>
    public ulong Finished;

    /// <summary>The last finish reason; null for none.</summary>
    public string? FinishReason;

    /// <summary>Whether it carries a usage object.</summary>
    public bool HasUsage;

    /// <summary>Whether <c>choices</c> is there and empty.</summary>
    public bool NoChoices;

    /// <summary>Whether it is an error and not a chunk.</summary>
    public bool IsError;

    /// <summary>Where the content of a delta stands in the bytes (between the quotation marks), if it is one text and nothing but content of one choice was found; 0: otherwise.</summary>
    public int ContentAt;

    /// <summary>Bytes of that content, escapes as they are.</summary>
    public int ContentLength;

    /// <summary>Where the usage member stands in the bytes, from its name to the end of its value; 0: there is none.</summary>
    public int UsageAt;

    /// <summary>Bytes of that member.</summary>
    public int UsageLength;

    /// <summary>Prompt tokens of the usage.</summary>
    public int PromptTokens;

    /// <summary>Completion tokens of the usage.</summary>
    public int CompletionTokens;
}
