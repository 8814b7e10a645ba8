using System.Text.Json;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.ServiceDefaults.Identity;

namespace ApeTest.LlmProxy.Providers.Builtin;

/// <summary>
/// The provider <c>builtin</c> with its one model <c>planner</c>: rules, no network, no cost. It answers in the same wire format as a
/// server would, so that everything behind it is the same. Its token figures are estimates (4 characters each).
/// </summary>
internal sealed class BuiltinProvider(PlannerOptions options, TimeProvider clock) : ILlmProvider
{
    public const string ProviderName = "builtin";
    public const string ModelName = "planner";

    private readonly RulePlanner _planner = new(clock);

    public string Name => ProviderName;

    public string Where => "this process";

    public string? MissingKey => null;

    public bool Free => true;

    public bool AskUsage => true;

    public int? MaxCompletionTokens => null;

    public bool EstimatesTokens => true;

    public Redactor Redactor { get; } = new(null);

    public Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken) => Task.FromResult(error);

    public Task<ModelList> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult(new ModelList([ModelName], default));

    public Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        if (request.Model != ModelName)
        {
            return Fail(OpenAiError.NotFound("model_not_found", $"builtin has no model \"{request.Model}\"; it has builtin/planner", "model"));
        }

        if (request.Kind != RequestKind.Chat)
        {
            return Fail(OpenAiError.NotFound("unsupported", "builtin/planner has no embeddings; ask another provider"));
        }

        PlannerAnswer answer;
        try
        {
            answer = _planner.Decide(request.Body, Identity(request.Headers));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Fail(OpenAiError.Invalid("invalid_request", $"builtin/planner cannot read the messages or tools: {error.Message}"));
        }

        var writer = new CompletionWriter(answer, options);
        var response = request.Stream
            ? new ProviderResponse(StatusCodes.Status200OK, "text/event-stream", new PacedStream(writer.Stream(), clock))
            : new ProviderResponse(StatusCodes.Status200OK, "application/json", new PacedStream(writer.Whole(), clock));
        return Task.FromResult(response);
    }

    // Who asks: generated values must differ between sessions, and be the same when a run is repeated with its seed.
    private static SessionIdentity Identity(IHeaderDictionary headers)
    {
        var identity = RequestIdentity.Parse(headers.Baggage.ToString());
        var parent = headers.TraceParent.ToString();
        return new SessionIdentity(identity?.Run ?? "", identity?.Session ?? "", parent.Length >= 35 ? parent[3..35] : "");
    }

    private static Task<ProviderResponse> Fail(OpenAiError error) =>
        Task.FromResult(new ProviderResponse(error.Status, "application/json", new MemoryStream(error.ToJson())));
}
