using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Budgets;

/// <summary>What a client sees of budgets and rates, over HTTP. A call of <see cref="Events.Hello"/> is billed 14 tokens.</summary>
public sealed class BudgetHttpTests : IAsyncLifetime
{
    private const string Short = ""","max_tokens":20""";

    private readonly TempDirectory _directory = new();
    private FakeChatServer _upstream = null!;

    public async ValueTask InitializeAsync() => _upstream = await FakeChatServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task KeyBudget_HundredsAtOnce_OnlyThePermittedNumberReachesTheProvider()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxRequests = 25 })));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => proxy.ReadAsync(ProxyHost.Chat(key: "k"))));
        Assert.Equal(25, answers.Count(answer => (int)answer.Response.StatusCode == 200));
        Assert.Equal(25, _upstream.Requests.Count);
        foreach (var (response, body) in answers.Where(answer => (int)answer.Response.StatusCode != 200))
        {
            Assert.Equal(429, (int)response.StatusCode);
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
            var error = JsonNode.Parse(body)!["error"]!;
            Assert.Equal(("insufficient_quota", "budget_exhausted"), ((string?)error["type"], (string?)error["code"]));
            Assert.Contains("request budget of 25 of key \"ci\"", (string?)error["message"], StringComparison.Ordinal);
            Assert.True(error.AsObject().ContainsKey("param"));
        }
    }

    [Fact]
    public async Task TokenBudget_RealUsageIsBilled_RefusesOnceItIsSpent()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxTokens = 200 })));
        List<int> statuses = [];
        string last;
        do
        {
            (var response, last) = await proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: Short));
            statuses.Add((int)response.StatusCode);
        }
        while (statuses[^1] == 200 && statuses.Count < 50);

        Assert.Equal(429, statuses[^1]);
        Assert.True(statuses.Count > 5, last); // by what is reserved it would have been 4
        Assert.Contains("token budget of 200 of key \"ci\"", last.Replace("\\u0022", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunBudget_IsTheRunsOfTheBaggage()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Budgets.MaxRequestsPerRun = 1));
        Assert.Equal(200, await StatusAsync(proxy, "20261121-131502-7f3a"));
        Assert.Equal(429, await StatusAsync(proxy, "20261121-131502-7f3a"));
        Assert.Equal(200, await StatusAsync(proxy, "20261121-131502-7f3b"));
        Assert.Equal(200, await StatusAsync(proxy, null));
    }

    [Fact]
    public async Task BudgetFile_Restart_DoesNotForget()
    {
        var file = _directory.Combine("budgets.jsonl");
        void Limit(LlmProxyOptions options)
        {
            options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxRequests = 3 });
            (options.Budgets.File, options.Budgets.MaxRequestsPerRun) = (file, 2);
        }

        await using (var proxy = await ProxyHost.StartAsync(Options(Limit)))
        {
            Assert.Equal(200, await StatusAsync(proxy, "r1", "k"));
            Assert.Equal(200, await StatusAsync(proxy, "r1", "k"));
            await Assert.ThrowsAsync<LlmProxyConfigException>(() => ProxyHost.StartAsync(Options(Limit))); // a second proxy on the same file
        }

        await using var again = await ProxyHost.StartAsync(Options(Limit));
        Assert.Equal(429, await StatusAsync(again, "r1", "k"));
        Assert.Equal(200, await StatusAsync(again, "r2", "k"));
        Assert.Equal(429, await StatusAsync(again, "r2", "k"));
        Assert.DoesNotContain("\"k\"", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal); // names, no keys
    }

    [Fact]
    public async Task Rate_Exceeded_Is429WithOpenAisHeaders()
    {
        var clock = new FakeTimeProvider();
        await using var proxy = await ProxyHost.StartAsync(
            Options(options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", RequestsPerMinute = 2, TokensPerMinute = 100_000 })), clock);
        Assert.Equal(200, await StatusAsync(proxy, null, "k"));
        Assert.Equal(200, await StatusAsync(proxy, null, "k"));
        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: Short));
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal("rate_limit_exceeded", ProxyHost.Code(body));
        Assert.Equal(
            ("30", "2", "0", "1m0s", "100000"),
            (Header("retry-after"), Header("x-ratelimit-limit-requests"), Header("x-ratelimit-remaining-requests"), Header("x-ratelimit-reset-requests"), Header("x-ratelimit-limit-tokens")));
        Assert.Equal(2, _upstream.Requests.Count);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, await StatusAsync(proxy, null, "k"));

        string Header(string name) => response.Headers.GetValues(name).Single();
    }

    private static async Task<int> StatusAsync(ProxyHost proxy, string? run, string? key = null)
    {
        var request = ProxyHost.Chat(key: key, extra: Short);
        if (run is not null)
        {
            request.Headers.Add("baggage", $"ape.run={run},ape.session=0-1");
        }

        var (response, _) = await proxy.ReadAsync(request);
        return (int)response.StatusCode;
    }

    private LlmProxyOptions Options(Action<LlmProxyOptions> change) => ProxyHost.Options(_upstream, change);
}
