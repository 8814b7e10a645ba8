using System.Collections.Concurrent;
using ApeTest.ServiceDefaults.Identity;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Keeps log records with their fields.</summary>
internal sealed class ListLogger : ILogger, ILoggerProvider, ILoggerFactory
{
    public ConcurrentQueue<LogRecord> Records { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = (state as IEnumerable<KeyValuePair<string, object?>> ?? []).ToDictionary(static pair => pair.Key, static pair => pair.Value);
        Records.Enqueue(new LogRecord(eventId.Name, formatter(state, exception), fields, RequestIdentity.Current, System.Diagnostics.Activity.Current?.TraceId.ToHexString()));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}

internal sealed record LogRecord(string? Event, string Message, IReadOnlyDictionary<string, object?> Fields, RequestIdentity? Identity, string? Trace);
