using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Gateway.Tests.Forwarding;

/// <summary>A client of the gateway, as the tests of forwarding need it.</summary>
public abstract class ForwardingTest : IDisposable
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    private protected async Task<HttpResponseMessage> SendAsync(TestService gateway, string path, HttpMethod? method = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(gateway.Url, path)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await _client.SendAsync(request, Cancellation);
    }

    private protected static async Task<(string Detail, string Error)> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return (problem.GetProperty("detail").GetString()!, response.Headers.GetValues("X-Ape-Error").Single());
    }

    private protected static async Task<string> RawAsync(Uri url, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, Cancellation);
        await client.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes(request), Cancellation);
        return await new StreamReader(client.GetStream()).ReadToEndAsync(Cancellation).WaitAsync(TestTimeouts.Default, Cancellation);
    }
}
