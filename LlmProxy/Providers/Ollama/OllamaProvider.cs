using System.Text.Json;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers.OpenAi;

namespace ApeTest.LlmProxy.Providers.Ollama;

/// <summary>
/// Ollama through its <c>/v1</c>. What that does not know is made up for here: the token limit under its old name, and <c>tool_choice</c>
/// (<see cref="ToolChoice"/>): where a call is required, the answer is checked, asked for once more with a reminder, and then an error
/// (<see cref="ChoiceIgnored"/>). The tokens of an answer that was thrown away are in no figure.
/// <para>
/// Ids pass as they come: those of completions repeat (there are 999), but nothing keys by them; those of tool calls are random, and calls are told apart by index.
/// </para>
/// </summary>
internal sealed class OllamaProvider : OpenAiProvider
{
    /// <summary>The error's code, and the reason of the retry.</summary>
    public const string ChoiceIgnored = "tool_choice_ignored";

    private readonly Uri _tags;
    private readonly int _mostEventBytes;

    public OllamaProvider(OpenAiServer server, LlmProxyOptions options, TimeProvider clock)
        : base(server, options, clock)
    {
        _tags = new Uri((Where.EndsWith("/v1", StringComparison.Ordinal) ? Where[..^3] : Where) + "/api/tags");
        _mostEventBytes = options.MaxEventBytes;
    }

    public override async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        if (request.Kind != RequestKind.Chat)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var body = TokenLimit.AsOld(request.Body);
        if (ToolChoice.Read(body) is not { } choice)
        {
            return await base.SendAsync(request with { Body = body }, cancellationToken);
        }

        var first = await SendAsync(request with { Body = choice.Apply(body, insist: false) }, choice, cancellationToken);
        if (first is not null)
        {
            return first;
        }

        request.Retried?.Invoke(ChoiceIgnored);
        return await SendAsync(request with { Body = choice.Apply(body, insist: true) }, choice, cancellationToken) ?? Ignored(request.Model, choice);
    }

    /// <summary>The models that are pulled. Where only <c>/v1</c> is let through, its list.</summary>
    public override async Task<ModelList> ListModelsAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync(_tags, cancellationToken);
        return answer.Status == StatusCodes.Status404NotFound
            ? await base.ListModelsAsync(cancellationToken)
            : ModelListReader.Read(answer, "models", "name", "Ollama's list of models", Redactor);
    }

    protected override string Advice(string model, IReadOnlyList<string> nearest) =>
        $"pull it with: ollama pull {model}" + (nearest.Count == 0 ? " (no model is pulled)" : $" (pulled and nearest: \"{Name}/{nearest[0]}\")");

    // Null: the choice was ignored.
    private async Task<ProviderResponse?> SendAsync(ProviderRequest request, ToolChoice choice, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        return response.Status == StatusCodes.Status200OK && choice.IsForced
            ? await new ForcedCall(choice, MaxAnswerBytes, _mostEventBytes).CheckAsync(response, this, request.Progressed, cancellationToken)
            : response;
    }

    // Under 200, with its status inside: it was asked often enough, and it is the model that fails, not the server, which a 502 would be retried and held against.
    private ProviderResponse Ignored(string model, ToolChoice choice)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message",
                $"{Name}/{model} was to call {choice} and answered otherwise, twice: {Name} ignores tool_choice; use a model that is better at tools, or response_format with json_schema");
            json.WriteString("type", "upstream_error");
            json.WriteString("param", "tool_choice");
            json.WriteString("code", ChoiceIgnored);
            json.WriteEndObject();
            json.WriteNumber("status_code", StatusCodes.Status502BadGateway);
            json.WriteEndObject();
        }

        return new ProviderResponse(StatusCodes.Status200OK, "application/json", new MemoryStream(stream.ToArray()));
    }
}
