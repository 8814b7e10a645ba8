using ApeTest.LlmProxy.Providers.OpenAi;

namespace ApeTest.LlmProxy.Providers.Cerebras;

/// <summary>Cerebras: OpenAI's wire format at https://api.cerebras.ai/v1, Bearer key. Model ids come and go: none is named here.</summary>
internal static class CerebrasServer
{
    public const string Name = "cerebras";

    public static OpenAiServer Create() => new()
    {
        Name = Name,
        BaseUrl = new Uri("https://api.cerebras.ai/v1"),
        KeyVariable = "CEREBRAS_API_KEY",
        KeyRequired = true,
        // It admits a request by its prompt plus this number, and takes the model's whole context where it is missing.
        MaxCompletionTokens = 4096,
    };
}
