using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Faults;
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
    public async Task RunBudget_LongName_IsNoWayAroundIt()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Budgets.MaxRequestsPerRun = 1));
        var run = new string('r', 5000);
        Assert.Equal(200, await StatusAsync(proxy, run));
        Assert.Equal(429, await StatusAsync(proxy, run));
        Assert.Equal(200, await StatusAsync(proxy, run + "2"));
    }

    [Fact]
    public async Task CostBudget_ReplayedCall_CostsNothingAndIsNotRefused()
    {
        LlmProxyOptions Cassette(CassetteMode mode) => Options(options =>
        {
            options.Prices["up/test-model"] = new PriceOptions { Prompt = 1000, Completion = 1000 };
            (options.Cassette.File, options.Cassette.Mode, options.Cassette.Speed) = (_directory.Combine("c.jsonl"), mode, 0);
            options.Budgets.MaxCostUsdPerRun = mode == CassetteMode.Replay ? 0.000_001m : null;
        });
        await using (var recording = await ProxyHost.StartAsync(Cassette(CassetteMode.Record)))
        {
            Assert.Equal(200, await StatusAsync(recording, "r"));
        }

        await using (var replaying = await ProxyHost.StartAsync(Cassette(CassetteMode.Replay)))
        {
            Assert.Equal(200, await StatusAsync(replaying, "r"));
            Assert.Equal(200, await StatusAsync(replaying, "r"));
        }

        Assert.Single(_upstream.Requests);
        var live = Cassette(CassetteMode.Replay);
        live.Cassette = new CassetteOptions();
        await using var asking = await ProxyHost.StartAsync(live);
        Assert.Equal(429, await StatusAsync(asking, "r")); // which the same budget refuses
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task CostBudget_PriceNotKnown_IsToldOncePerModel(bool isBudget, bool isPriced, bool told)
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options =>
        {
            options.Providers["up"].Free = false;
            options.Budgets.MaxCostUsdPerRun = isBudget ? 1 : null;
            if (isPriced)
            {
                options.Prices["up/test-model"] = new PriceOptions { Prompt = 1 };
            }
        }));
        Assert.Equal(200, await StatusAsync(proxy, "r"));
        Assert.Equal(200, await StatusAsync(proxy, "r"));
        var lines = proxy.Logs.Lines.Where(line => line.Event == "llm.unpriced").ToArray();
        Assert.Equal(told ? 1 : 0, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("the price of up/test-model is not known", line.Text, StringComparison.Ordinal));
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

    [Fact]
    public async Task TokenBudget_ClientLeavesWhileTheProviderWorks_TheCallIsBilled()
    {
        var asked = new TaskCompletionSource();
        _upstream.OnChat = async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxTokens = 1000 })));
        using var counts = new RequestCounts(proxy.Services);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var call = proxy.Client.SendAsync(ProxyHost.Chat(stream: false, key: "k", extra: ""","max_tokens":800"""), leave.Token);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await counts.UntilAsync(1, TestContext.Current.CancellationToken);

        var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: ""","max_tokens":400"""));
        Assert.Equal((429, "budget_exhausted"), ((int)response.StatusCode, ProxyHost.Code(body)));
    }

    [Fact]
    public async Task TokenBudget_OnlyCallsUnderWayStandAgainstIt_WaitsForThem()
    {
        var (asked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _upstream.OnChat = async context =>
        {
            asked.TrySetResult();
            await go.Task;
            await FakeChatServer.WriteAsync(context, Events.Hello);
        };
        await using var proxy = await ProxyHost.StartAsync(Options(options => options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxTokens = 1000 })));
        var first = proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: ""","max_tokens":800"""));
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        var second = proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: ""","max_tokens":800"""));
        var third = proxy.ReadAsync(ProxyHost.Chat(key: "k", extra: ""","max_tokens":1001""")); // could not fit, whatever the others take
        Assert.Equal(429, (int)(await third).Response.StatusCode);
        Assert.False(second.IsCompleted);
        go.SetResult();
        Assert.Equal(200, (int)(await first).Response.StatusCode);
        var (response, body) = await second;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.True((double)ProxyHost.Measure(body)["queue_s"]! > 0);
    }

    [Fact]
    public async Task RequestBudget_CallThatNeverLeft_IsGivenBack()
    {
        await using var proxy = await ProxyHost.StartAsync(Options(options =>
        {
            options.Keys.Add(new ProxyKeyOptions { Key = "k", Name = "ci", MaxRequests = 1 });
            options.Environment = _ => null;
        }));
        var (keyless, _) = await proxy.ReadAsync(ProxyHost.Chat(model: "openai/x", key: "k")); // no provider key
        Assert.Equal(401, (int)keyless.StatusCode);
        Assert.Equal(200, await StatusAsync(proxy, null, "k"));
        Assert.Equal(429, await StatusAsync(proxy, null, "k"));
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
