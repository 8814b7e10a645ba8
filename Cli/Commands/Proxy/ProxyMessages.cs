using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Commands.Proxy;

/// <summary>What the person at the terminal has to hear of the proxy's log: calls that failed, and what is wrong with its files.</summary>
internal sealed class ProxyMessages(TextWriter error) : ILoggerProvider, ILogger
{
    private const string Own = "ApeTest.LlmProxy";

    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith(Own, StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
        {
            error.WriteLine(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}
