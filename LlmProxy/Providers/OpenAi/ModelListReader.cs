using System.Text.Json;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>Reads a provider's list of models.</summary>
internal static class ModelListReader
{
    /// <summary>Throws <see cref="ProviderException"/> where the answer is an error, or no such list.</summary>
    /// <param name="answer">The provider's answer.</param>
    /// <param name="array">Name of the array of models.</param>
    /// <param name="id">Name of the id in each of them.</param>
    /// <param name="what">What the list is called, for messages.</param>
    /// <param name="redactor">Takes the provider's key out of messages and ids.</param>
    public static ModelList Read(SmallAnswer answer, string array, string id, string what, Redactor redactor)
    {
        if (answer.Status != StatusCodes.Status200OK)
        {
            throw new ProviderException(ErrorTypes.Http(answer.Status), $"{answer.Uri} answered {answer.Status}: {UpstreamErrorReader.Read(answer.Status, answer.Body, redactor).Message}");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var models = document.RootElement.GetProperty(array);
            return new ModelList(
                [.. models.EnumerateArray().Select(model => model.GetProperty(id).GetString()).OfType<string>().Select(redactor.Redact).Distinct(StringComparer.Ordinal)],
                RateLimits.Read(answer.Headers))
            {
                TakesAnyName = models.GetArrayLength() == 1 && IsLlamaCpp(models[0]),
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ProviderException(ErrorTypes.InvalidJson, $"{answer.Uri} does not answer with {what}; is the base URL right?", error);
        }
    }

    // Its server ignores the model's name; as a router over several (each with a status) it does not.
    private static bool IsLlamaCpp(JsonElement model) =>
        model.TryGetProperty("owned_by", out var owner) && owner.ValueKind == JsonValueKind.String && owner.ValueEquals("llamacpp") && !model.TryGetProperty("status", out _);
}

/// <summary>A provider's answer that was read whole.</summary>
/// <param name="Uri">What was asked.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">The headers that reach clients (<see cref="ResponseHeaders"/>).</param>
internal sealed record SmallAnswer(Uri Uri, int Status, ReadOnlyMemory<byte> Body, IReadOnlyList<KeyValuePair<string, string>> Headers);
