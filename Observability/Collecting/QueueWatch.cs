using System.Collections.Concurrent;
using System.Data.Common;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue.Postgres;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Observability.Collecting;

/// <summary>
/// Takes up every run of the database that has no final summary: those of before this process began, and those that others submitted. Once a run has ended, its summary
/// goes into the history.
/// </summary>
internal sealed partial class QueueWatch(PostgresRunQueue queue, RunCollector collector, TimeProvider time, ILogger<QueueWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;

    // Runs that cannot be collected here: told once.
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _saving = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var run in await queue.History.UnfinishedAsync(stoppingToken))
            {
                if (!_refused.Contains(run) && collector.Find(run) is null)
                {
                    await TakeUpAsync(run, stoppingToken);
                }
                if (collector.Find(run) is { } collected && _saving.TryAdd(run, 0))
                {
                    _ = SaveAsync(collected, stoppingToken);
                }
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LookFailed(exception);
        }
    }

    private async Task TakeUpAsync(string run, CancellationToken stoppingToken)
    {
        try
        {
            if (await collector.TakeUpAsync(await queue.PlanAsync(run, stoppingToken), stoppingToken) is not null)
            {
                TakenUp(run);
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or DbException or IOException or TimeoutException))
        {
            // Trying again helps where the database or the disk is away; else the next run must not wait for this one.
            _refused.Add(run);
            Refused(run, exception.Message);
        }
    }

    private async Task SaveAsync(CollectedRun run, CancellationToken stoppingToken)
    {
        try
        {
            var summary = await run.Completion.WaitAsync(stoppingToken);
            var scenario = await ReadAsync(run.Directory, stoppingToken);
            while (!await TrySaveAsync())
            {
                await Task.Delay(Interval, time, stoppingToken);
            }
            collector.LetGo(run);
            _saving.TryRemove(run.Run, out _);

            async Task<bool> TrySaveAsync()
            {
                try
                {
                    await queue.History.SaveAsync(summary, scenario, stoppingToken);
                    return true;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    SaveFailed(exception, run.Run);
                    return false;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The next process finds it without a summary in the history, and takes it up.
        }
        catch (Exception exception)
        {
            SaveFailed(exception, run.Run);
        }
    }

    private static async Task<string> ReadAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(directory.ScenarioFile, cancellationToken);
        }
        catch (IOException)
        {
            return "# not known: the run was begun by another collector\n";
        }
    }

    [LoggerMessage(EventId = 11, EventName = "collector.taken_up", Level = LogLevel.Information, Message = "Run {Run} is collected here.")]
    private partial void TakenUp(string run);

    [LoggerMessage(EventId = 12, EventName = "collector.refused", Level = LogLevel.Error, Message = "Run {Run} cannot be collected here: {Reason}")]
    private partial void Refused(string run, string reason);

    [LoggerMessage(EventId = 13, EventName = "collector.look_failed", Level = LogLevel.Warning, Message = "The run queue could not be looked through.")]
    private partial void LookFailed(Exception exception);

    [LoggerMessage(EventId = 14, EventName = "collector.save_failed", Level = LogLevel.Warning, Message = "The summary of run {Run} could not be kept in the history.")]
    private partial void SaveFailed(Exception exception, string run);
}
