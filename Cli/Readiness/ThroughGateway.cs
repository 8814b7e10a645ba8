using System.Net.Http.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Json;
using ApeTest.Targets.Http;

namespace ApeTest.Cli.Readiness;

/// <summary>
/// Sends what is meant for a target through a gateway, as the agents of a stack do: only the gateway may be able to reach it. What the gateway itself
/// answers throws <see cref="ProbeException"/>.
/// </summary>
/// <param name="gateway">Base URL of the gateway.</param>
/// <param name="token">Service token.</param>
/// <param name="target">Name of the target in the gateway's file.</param>
/// <param name="inner">Sends it.</param>
internal sealed class ThroughGateway(Uri gateway, string token, string target, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        request.Headers.TryAddWithoutValidation(ApeHeaders.Origin, url.GetLeftPart(UriPartial.Authority));
        request.Headers.TryAddWithoutValidation(ApeHeaders.Token, token);
        request.RequestUri = new Uri($"{gateway.AbsoluteUri.TrimEnd('/')}/{target}{url.PathAndQuery}");
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.Contains(ApeHeaders.Timing) && !response.Headers.Contains(ApeHeaders.Error))
        {
            return response;
        }
        using (response)
        {
            var problem = await ReadAsync(response, cancellationToken);
            throw new ProbeException(problem?.Detail ?? problem?.Title ?? $"the stack's gateway answered {(int)response.StatusCode}",
                $"The target '{target}' must be in the gateway's file, with this URL; see docs/distributed.md.", new HttpRequestException(problem?.Title));
        }
    }

    private static async Task<ControlProblem?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(RunsJson.Line.ControlProblem, cancellationToken);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
