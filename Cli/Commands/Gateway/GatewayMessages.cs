using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Commands.Gateway;

/// <summary>What the person at the terminal has to hear of the gateway's log: that its file was read again, and what went wrong.</summary>
internal sealed class GatewayMessages(TextWriter error) : ILoggerProvider, ILogger
{
    private const string Reload = "gateway.reload";

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name?.StartsWith(Reload, StringComparison.Ordinal) is true)
        {
            error.WriteLine(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}
