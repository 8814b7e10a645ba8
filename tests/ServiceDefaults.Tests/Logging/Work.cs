using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ApeTest.ServiceDefaults.Tests.Logging;

/// <summary>Something to log about, with a secret in it.</summary>
internal static partial class Work
{
    public const string Secret = "s3cr3t-value";

    /// <summary>Maps <c>/work</c>, which logs one line.</summary>
    public static void Map(WebApplication app) => app.MapGet("/work", (ILoggerFactory loggers) => Log(loggers.CreateLogger("ApeTest.Work"), Secret));

    [LoggerMessage(EventName = "work.done", Level = LogLevel.Information, Message = "work done with {AccessToken}")]
    public static partial void Log(ILogger logger, string accessToken);

    [LoggerMessage(EventName = "work.failed", Level = LogLevel.Warning, Message = "work failed at {Level}")]
    public static partial void LogFailed(ILogger logger, string level);
}
