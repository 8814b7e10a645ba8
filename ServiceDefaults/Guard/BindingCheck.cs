using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;

namespace ApeTest.ServiceDefaults.Guard;

/// <summary>Refuses to go on with a service that others can reach and that has no token. Looks when the server has bound, so that no way to configure an address escapes it.</summary>
internal sealed class BindingCheck(IServer server, ServiceToken token, ServiceOptions options) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (!token.Required && addresses.FirstOrDefault(address => !ServiceUrls.IsLoopbackBinding(address)) is { } open)
        {
            throw new ServiceStartException(
                $"The {options.Service} service is bound to {open}, which others can reach, and has no token. "
                + $"Set {EnvironmentNames.TokenFile} to a file that holds one, or bind to 127.0.0.1.");
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
