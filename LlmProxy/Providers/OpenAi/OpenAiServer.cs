using System.Net.Security;

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

    /// <summary>Sent as <c>max_completion_tokens</c> where the client states no maximum; null: not sent.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>Judges its certificate. Null: the system's rules. Set where the user says <c>insecure</c>.</summary>
    public RemoteCertificateValidationCallback? Certificates { get; init; }
}
