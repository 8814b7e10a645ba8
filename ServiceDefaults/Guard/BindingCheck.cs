using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace ApeTest.ServiceDefaults.Guard;

/// <summary>
/// Refuses to go on with a service that others can reach and that has no token: before it binds where the address is known by then, and
/// once more when the server has bound, so that no way to configure an address escapes it.
/// </summary>
internal sealed class BindingCheck(IServer server, ServiceToken token, ServiceOptions options, IConfiguration configuration) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Check((configuration[WebHostDefaults.ServerUrlsKey] ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Check(Bound());
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Check(Bound());
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<string> Bound()
    {
        return server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
    }

    private void Check(IEnumerable<string> addresses)
    {
        if (!token.Required && addresses.FirstOrDefault(address => !ServiceUrls.IsLoopbackBinding(address)) is { } open)
        {
            throw new ServiceStartException(
                $"The {options.Service} service is bound to {open}, which others can reach, and has no token. "
                + $"Set {EnvironmentNames.TokenFile} to a file that holds one, or bind to 127.0.0.1.");
        }
    }
}
