using Microsoft.Extensions.Hosting;

namespace ApeTest.Cli.Embedded;

/// <summary>
/// Lifetime of a service inside this process. The console lifetime of a host would stop it at the first Ctrl+C, under the sessions that
/// still drain; here only the CLI decides.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
