using System.Text;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class EmbeddingsTests : CassetteFixture
{
    private const string Answer = """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,-1e-3]}],"model":"e","usage":{"prompt_tokens":2,"total_tokens":2}}""";

    [Fact]
    public async Task Embeddings_RecordedAndReplayed_AreTheSameByteForByte()
    {
        var asked = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.MapPost("/v1/embeddings", (RequestDelegate)(context =>
        {
            asked++;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(Answer, context.RequestAborted);
        }));
        await server.StartAsync(TestContext.Current.CancellationToken);
        await using (var proxy = await StartAsync(CassetteMode.Record, change: options => options.Providers["up"].BaseUrl = server.Urls.First() + "/v1"))
        {
            Assert.Equal([Answer], await SendAsync(proxy, Ask("a text")));
        }

        await using var replay = await StartAsync(CassetteMode.Replay);
        Assert.Equal([Answer], await SendAsync(replay, Ask("a text")));
        Assert.Equal("cassette_miss", ProxyHost.Code((await SendAsync(replay, Ask("another text"))).Single()));
        Assert.Equal(1, asked);
    }

    private static HttpRequestMessage Ask(string input) => new(HttpMethod.Post, "/v1/embeddings")
    {
        Content = new StringContent($$"""{"model":"up/e","input":"{{input}}"}""", Encoding.UTF8, "application/json"),
    };
}
