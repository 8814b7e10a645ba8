using ApeTest.Runs.Control;
using ApeTest.Scenarios;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Commands;

/// <summary>The collector's control API (DESIGN 14.5), for the one run of the stack that goes on.</summary>
/// <param name="Collector">Its endpoint.</param>
/// <param name="TokenFile">File with the service token.</param>
internal sealed record RunControl(EndpointReference Collector, string TokenFile)
{
    /// <summary>The run that goes on; null for none. Several throw <see cref="ApeTestException"/>, as does a collector that does not answer.</summary>
    public async Task<string?> RunningAsync(CancellationToken cancellationToken)
    {
        using var client = await OpenAsync(cancellationToken);
        return await RunningAsync(client, cancellationToken);
    }

    /// <summary>Stops the run: no new sessions, those under way finish. Returns its id.</summary>
    public Task<string> StopAsync(CancellationToken cancellationToken) => ChangeAsync(run => run.StopAsync(now: false, cancellationToken), cancellationToken);

    /// <summary>Changes the number of agents. Returns the run's id.</summary>
    public Task<string> ScaleAsync(int agents, CancellationToken cancellationToken) => ChangeAsync(run => run.ScaleAsync(agents, cancellationToken), cancellationToken);

    private async Task<string> ChangeAsync(Func<ControlClient, Task> change, CancellationToken cancellationToken)
    {
        using var client = await OpenAsync(cancellationToken);
        var name = await RunningAsync(client, cancellationToken) ?? throw new ApeTestException("No run is running.", "Start one first.", ExitCodes.Input);
        using var run = client.Run(name);
        await change(run);
        return name;
    }

    private static async Task<string?> RunningAsync(CollectorClient client, CancellationToken cancellationToken)
    {
        var running = (await client.ListAsync(cancellationToken)).Where(static run => run.Status is "queued" or "running").Select(static run => run.Run).ToArray();
        return running switch
        {
            [] => null,
            [var only] => only,
            _ => throw new ApeTestException($"{running.Length} runs are running: {string.Join(", ", running)}.", "Say which one on the command line: ape-test stop RUN --stack URL.", ExitCodes.Input),
        };
    }

    private async Task<CollectorClient> OpenAsync(CancellationToken cancellationToken)
    {
        var url = await Collector.GetValueAsync(cancellationToken) ?? throw new ApeTestException("The collector has no address yet.", "Wait until it is healthy.", ExitCodes.Environment);
        var token = await File.ReadAllTextAsync(TokenFile, cancellationToken);
        return new CollectorClient(new Uri(url), token.Trim(), TimeProvider.System);
    }
}
