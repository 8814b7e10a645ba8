using System.Net;
using System.Text.Json;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ApeTest.LlmProxy.Tests.Keys;

public sealed class ProxyKeyTests
{
    // echo -n right | sha256sum
    private const string Sha256OfRight = "27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9";

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData("right", HttpStatusCode.OK)]
    public async Task Key_WhenConfigured_IsRequired(string? key, HttpStatusCode expected)
    {
        await using var upstream = await FakeChatServer.StartAsync();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream, options => options.Keys.Add(new ProxyKeyOptions { Key = "right" })));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(key: key));
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Unauthorized)
        {
            Assert.Equal("invalid_api_key", ProxyHost.Code(body));
            Assert.DoesNotContain("wrong", body, StringComparison.Ordinal);
            var models = await proxy.Client.GetAsync("/v1/models", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
        }
    }

    [Theory]
    [InlineData(Sha256OfRight)]
    [InlineData("27042F4E6ECA7D0B2A7EE4026DF2ECFA51D3339E6D122AA099118ECD8563BAD9")]
    public void Find_KeyGivenAsHash_KnowsTheKeyAndNotTheHash(string sha256)
    {
        var ring = new ProxyKeyRing(new LlmProxyOptions { Keys = { new ProxyKeyOptions { Name = "ci", KeySha256 = sha256 } } });
        Assert.Equal("ci", Find(ring, "Bearer right")?.Name);
        Assert.Null(Find(ring, "Bearer " + sha256));
    }

    [Theory]
    [InlineData("bearer right", true)]
    [InlineData("Bearer   right ", true)]
    [InlineData("Bearer Right", false)]
    [InlineData("Bearer righ", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic right", false)]
    [InlineData("right", false)]
    [InlineData("", false)]
    public void Find_Header_IsBearerAndTheWholeKey(string header, bool found)
    {
        var ring = new ProxyKeyRing(new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = "right" }, new ProxyKeyOptions { Name = "b", Key = "other" } } });
        Assert.Equal(found ? "default" : null, Find(ring, header)?.Name);
    }

    [Fact]
    public void Find_LongOrSeveralHeaders_AreNotKnown()
    {
        var ring = new ProxyKeyRing(new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = "right" } } });
        Assert.Null(Find(ring, "Bearer " + new string('\u00e4', 20_000)));
        Assert.Null(Find(ring, new StringValues(["Bearer right", "Bearer right"])));
    }

    [Fact]
    public void Find_LongKey_IsHashedWhole()
    {
        var key = new string('k', 3000);
        var ring = new ProxyKeyRing(new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = key + "1" }, new ProxyKeyOptions { Name = "b", Key = key + "2" } } });
        Assert.Equal("b", Find(ring, $"Bearer {key}2")?.Name);
    }

    [Fact]
    public void Ring_OnceMade_NoTextOfAKeyIsLeft()
    {
        var options = new LlmProxyOptions { Keys = { new ProxyKeyOptions { Key = "right" } } };
        _ = new ProxyKeyRing(options);
        Assert.Equal(Sha256OfRight, options.Keys[0].KeySha256, ignoreCase: true);
        Assert.DoesNotContain("right", JsonSerializer.Serialize(options.Keys), StringComparison.Ordinal);
        Assert.NotNull(Find(new ProxyKeyRing(options), "Bearer right")); // the same options serve a second proxy
    }

    [Fact]
    public void Ring_SameKeyTwice_IsRefusedByNameAndNotRepeated()
    {
        var error = Assert.Throws<LlmProxyConfigException>(() => new ProxyKeyRing(new LlmProxyOptions
        {
            Keys = { new ProxyKeyOptions { Name = "a", Key = "right" }, new ProxyKeyOptions { Name = "b", KeySha256 = Sha256OfRight } },
        }));
        Assert.Contains("keys[1].key: \"b\" has the same key as \"a\"", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("right", error.Message, StringComparison.Ordinal);
    }

    private static ProxyKey? Find(ProxyKeyRing ring, StringValues header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = header;
        return ring.Find(context.Request);
    }
}
