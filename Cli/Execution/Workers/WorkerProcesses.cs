using ApeTest.Scenarios;

namespace ApeTest.Cli.Execution.Workers;

/// <summary>The worker processes of a run on this machine. One that dies is told once, and the run goes on with the others. Disposing ends them all.</summary>
internal sealed class WorkerProcesses : IAsyncDisposable
{
    // Their last batches, and the end of their services.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly List<WorkerProcess> _workers = [];
    private readonly Action<string> _tell;
    private readonly Func<Task> _allGone;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private int _alive;
    private volatile bool _isEnding;

    private WorkerProcesses(Action<string> tell, Func<Task> allGone, TimeProvider time) => (_tell, _allGone, _time) = (tell, allGone, time);

    /// <summary>Where they show their health and metrics.</summary>
    public IEnumerable<Uri> Urls => _workers.Select(static worker => worker.Url!);

    /// <summary>
    /// Starts <paramref name="count"/> workers and waits until all of them listen: those that come first shall not have taken all there is. One that cannot begin
    /// throws <see cref="ApeTestException"/>, and none is left running.
    /// </summary>
    /// <param name="settings">What they are told.</param>
    /// <param name="count">How many.</param>
    /// <param name="directory">Their current directory.</param>
    /// <param name="tell">Is told when one dies.</param>
    /// <param name="allGone">Called when the last of them has died.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<WorkerProcesses> StartAsync(
        WorkerSettings settings, int count, string directory, Action<string> tell, Func<Task> allGone, TimeProvider time, CancellationToken cancellationToken)
    {
        var workers = new WorkerProcesses(tell, allGone, time);
        try
        {
            for (var number = 1; number <= count; number++)
            {
                workers._workers.Add(WorkerProcess.Start(FormattableString.Invariant($"worker-{number}"), settings, directory));
            }
            foreach (var worker in workers._workers)
            {
                if (!await worker.ReadyAsync(cancellationToken))
                {
                    throw new ApeTestException($"{worker.Name} could not begin (exit code {await worker.Ended}): {worker.LastWords}", null, ExitCodes.Environment);
                }
            }
            workers.Supervise();
            return workers;
        }
        catch
        {
            await workers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isEnding = true;
        }
        foreach (var worker in _workers)
        {
            worker.End();
        }
        try
        {
            await Task.WhenAll(_workers.Select(static worker => worker.Ended)).WaitAsync(EndLimit, _time);
        }
        catch (TimeoutException)
        {
            foreach (var worker in _workers)
            {
                worker.Kill();
            }
            await Task.WhenAll(_workers.Select(static worker => worker.Ended));
        }
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private void Supervise()
    {
        _alive = _workers.Count;
        foreach (var worker in _workers)
        {
            _ = WatchAsync(worker);
        }
    }

    private async Task WatchAsync(WorkerProcess worker)
    {
        var code = await worker.Ended;
        int left;
        lock (_lock)
        {
            if (_isEnding)
            {
                return;
            }
            left = --_alive;
        }
        // 128 and the signal's number, as a shell says it: 137 is SIGKILL.
        _tell(left > 0
            ? $"warning: {worker.Name} (process {worker.Id}) has ended with {code}; {left} {(left == 1 ? "goes" : "go")} on, and {(left == 1 ? "takes" : "take")} its agents over within 15 s"
            : $"warning: {worker.Name} (process {worker.Id}) has ended with {code}, and was the last: the run is aborted");
        while (left == 0 && !_isEnding)
        {
            try
            {
                await _allGone();
                return;
            }
            catch (Exception)
            {
                // The database is away, maybe what they died of: nobody but this ends the run.
                await Task.Delay(Retry, _time);
            }
        }
    }
}
