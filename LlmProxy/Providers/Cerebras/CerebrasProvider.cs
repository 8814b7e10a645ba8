using System.Globalization;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers.OpenAi;

namespace ApeTest.LlmProxy.Providers.Cerebras;

/// <summary>
/// Cerebras. It admits a request by its prompt plus <c>max_completion_tokens</c>, so that is always sent; and it says in its rate headers, not in
/// <c>Retry-After</c>, when the quota is there again.
/// </summary>
internal sealed class CerebrasProvider(OpenAiServer server, LlmProxyOptions options, TimeProvider clock) : OpenAiProvider(server, options, clock)
{
    private const int BytesPerToken = 4;

    public override async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        if (request.Kind == RequestKind.Chat)
        {
            request = request with { Body = TokenLimit.AsNew(request.Body, MaxCompletionTokens) };
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response is { Status: StatusCodes.Status429TooManyRequests, RetryAfter: null }
            && QuotaReset.Wait(response.Headers, (request.Body.Length / BytesPerToken) + (TokenLimit.Read(request.Body) ?? 0)) is { } wait)
        {
            // The client is told in the header that it knows.
            response.RetryAfter = wait;
            response.Headers.Add(new("retry-after", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        }

        return response;
    }
}
