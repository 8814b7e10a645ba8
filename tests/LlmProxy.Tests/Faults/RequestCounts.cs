using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ApeTest.LlmProxy.Measures;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Faults;

/// <summary>The error types that a proxy's metric of requests counted.</summary>
internal sealed class RequestCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestCounts(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == LlmMetrics.Requests && instrument.Meter.Scope == factory)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Count(tags));
        _listener.Start();
    }

    public IReadOnlyList<string> ErrorTypes => [.. _errors];

    /// <summary>Waits until so many calls are counted: a call is settled just after its client has the last byte.</summary>
    public async Task UntilAsync(int calls, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = _next;
            if (_errors.Count >= calls)
            {
                return;
            }

            await next.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Count(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "error_type")
            {
                _errors.Enqueue((string)tag.Value!);
            }
        }

        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
