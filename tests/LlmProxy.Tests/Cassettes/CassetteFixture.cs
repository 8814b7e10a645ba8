using System.Text;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Cassettes;

/// <summary>A cassette in a directory of its own, a provider that can be recorded, and proxies in front of it.</summary>
public abstract class CassetteFixture : IAsyncLifetime
{
    protected const string ProviderKey = "prov/ider+key-4711-abcdef";

    private readonly TempDirectory _directory = new();

    private protected FakeChatServer Upstream { get; private set; } = null!;

    protected string File => _directory.Combine("calls.jsonl");

    public async ValueTask InitializeAsync() => Upstream = await FakeChatServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<ProxyHost> StartAsync(CassetteMode mode, double speed = 0, TimeProvider? clock = null, Action<LlmProxyOptions>? change = null) =>
        ProxyHost.StartAsync(Options(mode, speed, change), clock);

    protected LlmProxyOptions Options(CassetteMode mode, double speed = 0, Action<LlmProxyOptions>? change = null)
    {
        // In replay nobody listens where the provider was.
        var url = mode == CassetteMode.Replay ? "http://127.0.0.1:1/v1" : Upstream.BaseUrl;
        return ProxyHost.Options(change: options =>
        {
            options.Providers["up"] = new ProviderOptions { BaseUrl = url, Key = mode == CassetteMode.Replay ? null : ProviderKey };
            options.Cassette = new CassetteOptions { File = File, Mode = mode, Speed = speed };
            change?.Invoke(options);
        });
    }

    /// <summary>Records one answer to each request.</summary>
    private protected async Task<string[]> RecordAsync(params HttpRequestMessage[] requests)
    {
        await using var proxy = await StartAsync(CassetteMode.Record);
        return await SendAsync(proxy, requests);
    }

    private protected async Task<string[]> ReplayAsync(params HttpRequestMessage[] requests)
    {
        await using var proxy = await StartAsync(CassetteMode.Replay);
        return await SendAsync(proxy, requests);
    }

    private protected static async Task<string[]> SendAsync(ProxyHost proxy, params HttpRequestMessage[] requests)
    {
        List<string> bodies = [];
        foreach (var request in requests)
        {
            bodies.Add((await proxy.ReadAsync(request)).Body);
        }

        return [.. bodies];
    }

    private protected static HttpRequestMessage Ask(string content, bool stream = true, string? session = null, string extra = "", string model = "up/test-model")
    {
        var json = new JsonObject { ["model"] = model, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }), ["stream"] = stream };
        var text = json.ToJsonString();
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(text[..^1] + extra + "}", Encoding.UTF8, "application/json") };
        if (session is not null)
        {
            request.Headers.Add("baggage", $"ape.run=r,ape.session={session}");
        }

        return request;
    }

    protected string[] Lines() => System.IO.File.ReadAllLines(File);
}
