using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Commands.Services;

/// <summary>What the person at the terminal has to hear of the log of a service that runs alone.</summary>
/// <param name="error">The terminal.</param>
/// <param name="isTold">Whether a line of a category, level and event is told.</param>
internal sealed class ServiceMessages(TextWriter error, Func<string, LogLevel, EventId, bool> isTold) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new Messages(this, categoryName);

    public void Dispose()
    {
    }

    private bool IsTold(string category, LogLevel level, EventId id) => isTold(category, level, id);

    private void Tell(string line)
    {
        lock (_lock)
        {
            error.WriteLine(line);
        }
    }

    private sealed class Messages(ServiceMessages owner, string category) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (owner.IsTold(category, logLevel, eventId))
            {
                owner.Tell(formatter(state, exception));
            }
        }
    }
}
