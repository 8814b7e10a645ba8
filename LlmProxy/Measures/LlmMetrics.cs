using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;

namespace ApeTest.LlmProxy.Measures;

/// <summary>
/// The proxy's instruments. Names of the OpenTelemetry GenAI conventions where they exist
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/), with this product's bounded labels.
/// </summary>
internal sealed class LlmMetrics
{
    public const string MeterName = "ApeTest.LlmProxy";
    public const string TimeToFirstToken = "gen_ai.server.time_to_first_token";
    public const string RequestDuration = "gen_ai.server.request.duration";
    public const string TimePerOutputToken = "gen_ai.server.time_per_output_token";
    public const string TokenUsage = "gen_ai.client.token.usage";
    public const string Cost = "apetest.llm.cost";
    public const string QueueDuration = "apetest.llm.queue.duration";
    public const string Requests = "apetest.llm.requests";
    public const string Retries = "apetest.llm.retries";
    public const string Failovers = "apetest.llm.failovers";

    private const int MaxModels = 100;

    private static readonly InstrumentAdvice<double> Fast = new() { HistogramBucketBoundaries = Buckets.Fast };
    private static readonly InstrumentAdvice<double> Slow = new() { HistogramBucketBoundaries = Buckets.Slow };

    private static readonly InstrumentAdvice<long> Tokens = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576],
    };

    private readonly Histogram<double> _ttft;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _perToken;
    private readonly Histogram<double> _queue;
    private readonly Histogram<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _failovers;
    private readonly LabelNames _models = new(MaxModels);

    public LlmMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _ttft = meter.CreateHistogram(TimeToFirstToken, "s", "Request sent to the provider to first content or tool-call delta.", null, Fast);
        _duration = meter.CreateHistogram(RequestDuration, "s", "Request read to last byte, queue and retries included.", null, Slow);
        _perToken = meter.CreateHistogram(TimePerOutputToken, "s", "Mean time between output tokens after the first.", null, Fast);
        _queue = meter.CreateHistogram(QueueDuration, "s", "Waiting for a place at the provider.", null, Fast);
        _tokens = meter.CreateHistogram(TokenUsage, "{token}", "Tokens of one call.", null, Tokens);
        _cost = meter.CreateCounter<double>(Cost, "usd", "Cost by the price table.");
        _requests = meter.CreateCounter<long>(Requests, "{request}", "Calls by how they ended.");
        _retries = meter.CreateCounter<long>(Retries, "{retry}", "Attempts after the first.");
        _failovers = meter.CreateCounter<long>(Failovers, "{failover}", "Turns to the next provider of a chain, by the one that was given up and why.");
    }

    public void Record(CallMeasure call)
    {
        var model = Known(call.Provider, call.Model, answered: !call.Failed);
        var tags = new TagList { { "provider", call.Provider }, { "model", model } };
        _duration.Record(call.Duration.TotalSeconds, tags);
        _queue.Record(call.Queue.TotalSeconds, tags);
        if (call.Ttft is { } ttft)
        {
            _ttft.Record(ttft.TotalSeconds, tags);
        }

        if (call.PerOutputToken is { } perToken)
        {
            _perToken.Record(perToken.TotalSeconds, tags);
        }

        if (call.CostUsd > 0)
        {
            _cost.Add((double)call.CostUsd, tags);
        }

        // What a provider cost that did not answer is told of it, and not of the one that did.
        var retries = call.Retries;
        foreach (var left in call.Failovers ?? [])
        {
            var name = Known(left.Provider, left.Model);
            _failovers.Add(1, new TagList { { "provider", left.Provider }, { "model", name }, { "reason", left.Reason } });
            Retried(left.Retries, new TagList { { "provider", left.Provider }, { "model", name } });
            retries -= left.Retries;
        }

        Retried(retries, tags);

        if (call.PromptTokens + call.CompletionTokens > 0)
        {
            _tokens.Record(call.PromptTokens, new TagList { { "provider", call.Provider }, { "model", model }, { "token_type", "input" } });
            _tokens.Record(call.CompletionTokens, new TagList { { "provider", call.Provider }, { "model", model }, { "token_type", "output" } });
        }

        _requests.Add(1, new TagList { { "provider", call.Provider }, { "model", model }, { "error_type", call.ErrorType } });
    }

    // A client may send any model name: only names that a provider answered become labels, and only so many.
    private string Known(string provider, string model, bool answered = false) => _models.Has(provider + "/" + model, add: answered) ? model : LabelNames.Other;

    private void Retried(int count, in TagList tags)
    {
        if (count > 0)
        {
            _retries.Add(count, tags);
        }
    }
}
