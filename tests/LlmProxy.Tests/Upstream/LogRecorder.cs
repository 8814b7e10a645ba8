using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ApeTest.LlmProxy.Tests.Upstream;

/// <summary>Keeps what the proxy logs.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<(LogLevel Level, string Event, string Text)> Lines { get; } = new();

    /// <summary>The first line of that event; waits for it, because a line may be written just after the client has its answer.</summary>
    public async Task<(LogLevel Level, string Event, string Text)> FirstAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = _next;
            if (Lines.FirstOrDefault(line => line.Event == name) is { Event: not null } found)
            {
                return found;
            }
            await next.Task.WaitAsync(cancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(LogRecorder owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category.StartsWith("ApeTest.", StringComparison.Ordinal);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner.Lines.Enqueue((logLevel, eventId.Name ?? "", formatter(state, exception)));
            Interlocked.Exchange(ref owner._next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
