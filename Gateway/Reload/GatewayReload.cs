using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Reload;

/// <summary>
/// Puts changes of the gateway file in force, within 1 s where it is valid. One that is invalid or missing changes nothing, and is told once.
/// </summary>
internal sealed partial class GatewayReload(
    GatewayFileSource source, GatewayTargets targets, GatewayMetrics metrics, TimeProvider time, ILogger<GatewayReload> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!source.CanChange)
        {
            return;
        }
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private void Look()
    {
        try
        {
            switch (source.Look())
            {
                case { File: { } file }:
                    Apply(file);
                    break;
                case { Errors: { } errors }:
                    metrics.Reloaded(ok: false);
                    ReloadFailed(logger, source.Shown, errors, exception: null);
                    break;
            }
        }
#pragma warning disable CA1031 // The edge of a loop that has to go on: a file that cannot be put in force must not end the gateway.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.Reloaded(ok: false);
            ReloadFailed(logger, source.Shown, exception.Message, exception);
        }
    }

    private void Apply(GatewayFile file)
    {
        var difference = FileDifference.Between(targets.Current.File, file);
        var state = difference.IsNone ? targets.Current : targets.Replace(file);
        metrics.Reloaded(ok: true);
        Reloaded(logger, source.Shown, state.Policy.Revision, difference.ToString());
    }

    [LoggerMessage(EventName = "gateway.reloaded", Level = LogLevel.Information, Message = "{File} is in force as revision {Revision}; what changed: {Changes}")]
    private static partial void Reloaded(ILogger logger, string file, int revision, string changes);

    [LoggerMessage(EventName = "gateway.reload_failed", Level = LogLevel.Warning, Message = "{File} is not put in force, the state before it stays:\n{Errors}")]
    private static partial void ReloadFailed(ILogger logger, string file, string errors, Exception? exception);
}
