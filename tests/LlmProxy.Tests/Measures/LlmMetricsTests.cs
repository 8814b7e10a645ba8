using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Measures;

public sealed class LlmMetricsTests
{
    [Theory]
    [InlineData("gen_ai.server.time_to_first_token", "s", "provider,model")]
    [InlineData("gen_ai.server.request.duration", "s", "provider,model")]
    [InlineData("gen_ai.server.time_per_output_token", "s", "provider,model")]
    [InlineData("gen_ai.client.token.usage", "{token}", "provider,model,token_type")]
    [InlineData("apetest.llm.queue.duration", "s", "provider,model")]
    [InlineData("apetest.llm.cost", "usd", "provider,model")]
    [InlineData("apetest.llm.requests", "{request}", "provider,model,error_type")]
    [InlineData("apetest.llm.retries", "{retry}", "provider,model")]
    public async Task Instrument_AfterACall_HasNameUnitAndLabels(string name, string unit, string labels)
    {
        var calls = 0;
        await using var upstream = await FakeChatServer.StartAsync();
        upstream.OnChat = context =>
        {
            context.Response.StatusCode = calls++ == 0 ? 503 : 200;
            return context.Response.StatusCode == 503 ? Task.CompletedTask : FakeChatServer.WriteAsync(context, Events.Hello);
        };
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream,
            options => options.Prices["up/test-model"] = new PriceOptions { Prompt = 1, Completion = 2 }));
        var seen = new ConcurrentDictionary<string, (string? Unit, string Labels)>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        var factory = proxy.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == LlmMetrics.MeterName && instrument.Meter.Scope == factory)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        void See(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen[instrument.Name] = (instrument.Unit, string.Join(',', tags.ToArray().Select(tag => tag.Key)));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => See(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => See(instrument, tags));
        listener.Start();
        await proxy.ReadAsync(ProxyHost.Chat());
        // The last byte reaches the client a moment before the call is settled; stopping the host waits for it.
        await proxy.DisposeAsync();
        Assert.Equal((unit, labels), seen[name]);
    }

    [Fact]
    public async Task Span_OfACall_CarriesGenAiAttributes()
    {
        var ended = new TaskCompletionSource<Activity>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ApeTest.LlmProxy",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName == "chat span-model")
                {
                    ended.TrySetResult(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var upstream = await FakeChatServer.StartAsync();
        await using var proxy = await ProxyHost.StartAsync(ProxyHost.Options(upstream));
        var request = ProxyHost.Chat(model: "up/span-model");
        await proxy.ReadAsync(request);
        var span = await ApeTest.Tests.Shared.TestTimeouts.Within(ended.Task, TestContext.Current.CancellationToken);
        Assert.Equal("chat", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("up", span.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("span-model", span.GetTagItem("gen_ai.request.model"));
        Assert.Equal(11, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(3, span.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Contains(span.SpanId.ToString(), upstream.Requests.Single().Headers["traceparent"], StringComparison.Ordinal);
        Assert.Equal("llm.request", (await proxy.Logs.FirstAsync("llm.request", TestContext.Current.CancellationToken)).Event);
    }

    [Theory]
    [InlineData("openai", "gpt-4o-mini", "0.75")]
    [InlineData("openai", "gpt-4o-mini-2024-07-18", "0.75")]
    [InlineData("openai", "gpt-5-pro", null)]
    [InlineData("openai", "unheard-of", null)]
    [InlineData("ollama", "anything", "0")]
    [InlineData("builtin", "planner", "0")]
    public void Cost_ByTable_IsPerMillionTokens(string provider, string model, string? expected)
    {
        var options = ProxyHost.Options();
        using var providers = new ProviderRegistry(options, TimeProvider.System);
        var cost = new PriceTable(options).Cost(providers.Find(provider)!.Provider, model, 1_000_000, 1_000_000);
        Assert.Equal(expected is null ? null : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), cost);
    }
}
