namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>What tells one OpenAI-compatible server from another.</summary>
internal sealed record OpenAiServer
{
    public required string Name { get; init; }

    public required Uri BaseUrl { get; init; }

    public string? Key { get; init; }

    /// <summary>Where the key is looked for, named in messages.</summary>
    public string KeyVariable { get; init; } = "";

    public bool KeyRequired { get; init; }

    public bool Free { get; init; }

    public bool AskUsage { get; init; } = true;
}
