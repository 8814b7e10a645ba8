using System.Net;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Keys;

public sealed class ProxyKeyTests
{
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

    [Fact]
    public async Task Budget_Exhausted_RefusesWith429AndSaysWhich()
    {
        await using var upstream = await FakeChatServer.StartAsync();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream,
            options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "run", MaxTokens = 100 })));
        List<int> statuses = [];
        string last;
        do
        {
            (var response, last) = await proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: ""","max_tokens":20"""));
            statuses.Add((int)response.StatusCode);
        }
        while (statuses[^1] == 200 && statuses.Count < 50);

        Assert.Equal(429, statuses[^1]);
        Assert.True(statuses.Count > 2); // reservations are settled by what was used: 14 tokens a call
        Assert.Equal("budget_exhausted", ProxyHost.Code(last));
        Assert.Contains("token budget of 100", JsonNode.Parse(last)!["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budget_ConcurrentReservations_NeverExceedTheLimit()
    {
        var budget = new KeyBudget(1000, 10);
        var granted = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 100).Count(_ => budget.TryReserve(7, 0.01m) is null))));
        Assert.Equal(1000 / 7, granted.Sum());
        Assert.Equal(1000 / 7 * 7, budget.Tokens);
        budget.Settle(7, 0.01m, 0, 0);
        Assert.Null(budget.TryReserve(7, 0.01m));
    }

    [Fact]
    public void Budget_Cost_NamesTheBudget()
    {
        Assert.Contains("cost budget of 0.5 USD", new KeyBudget(null, 0.5m).TryReserve(1, 0.6m), StringComparison.Ordinal);
    }
}
