using System.Net;
using ApeTest.Tests.Shared;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>
/// A service of others in a container, on the network of its test and on a port that nobody else has: tests in parallel, and runs of them, do not collide.
/// Engines are found as Testcontainers finds them (DOCKER_HOST; TESTCONTAINERS_HOST_OVERRIDE; DOCKER_API_VERSION=1.41 for an old one). Skips where there is none.
/// </summary>
internal sealed class StackContainer : IAsyncDisposable
{
    /// <summary>This machine, seen from a container.</summary>
    public const string Host = "host.docker.internal";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly IContainer _container;
    private readonly ushort _port;

    private StackContainer(IContainer container, ushort port) => (_container, _port) = (container, port);

    /// <summary>Where the tests reach it.</summary>
    public Uri Url => new UriBuilder(Uri.UriSchemeHttp, _container.Hostname, _container.GetMappedPublicPort(_port)).Uri;

    /// <summary>A network for the containers of one test.</summary>
    public static async Task<INetwork> CreateNetworkAsync(CancellationToken cancellationToken) => await OnEngineAsync(async () =>
    {
        var network = new NetworkBuilder().WithName($"apetest-{Guid.NewGuid():N}").WithLogger(NullLogger.Instance).Build();
        await network.CreateAsync(cancellationToken);
        return network;
    });

    /// <summary>Starts a service and waits until it is ready.</summary>
    /// <param name="network">Where the others know it by its name.</param>
    /// <param name="service">Its name in deploy/compose.yaml.</param>
    /// <param name="port">Its port.</param>
    /// <param name="configure">Its settings, files and wait strategy.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<StackContainer> StartAsync(INetwork network, string service, ushort port, Func<ContainerBuilder, ContainerBuilder> configure, CancellationToken cancellationToken) =>
        await OnEngineAsync(async () =>
        {
            var builder = new ContainerBuilder(ComposeFile.ImageOf(service))
                .WithImagePullPolicy(PullPolicy.Missing)
                .WithLogger(NullLogger.Instance)
                // Without the resource reaper (TESTCONTAINERS_RYUK_DISABLED) the engine itself must remove what a test leaves.
                .WithAutoRemove(true)
                .WithNetwork(network)
                .WithNetworkAliases(service)
                .WithPortBinding(port, assignRandomHostPort: true)
                .WithExtraHost(Host, "host-gateway");
            var container = configure(builder).Build();
            try
            {
                await container.StartAsync(cancellationToken);
                return new StackContainer(container, port);
            }
            catch (Exception exception)
            {
                // Before there is a container, the engine looks for its image: a registry that is out of reach is an error of the engine's (500), an unknown image is 404.
                var lacks = container.State is TestcontainersStates.Undefined && exception is DockerApiException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.InternalServerError };
                await container.DisposeAsync();
                Requires.That(!lacks, $"the engine has no {ComposeFile.ImageOf(service)} and cannot pull it: {exception.Message}");
                throw;
            }
        });

    /// <summary>Ready when it answers <paramref name="path"/> with 200.</summary>
    public static IWaitForContainerOS WhenItAnswers(ushort port, string path) =>
        Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(port).ForPath(path), Patiently);

    /// <summary>Ready when a command in it ends with 0.</summary>
    public static IWaitForContainerOS WhenItDoes(params string[] command) => Wait.ForUnixContainer().UntilCommandIsCompleted(command, Patiently);

    /// <summary>Runs a command in it; fails the test unless it ends with 0.</summary>
    public async Task ExecAsync(params string[] command)
    {
        var result = await _container.ExecAsync(command, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', command)}: {result.Stdout}{result.Stderr}");
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static void Patiently(IWaitStrategy strategy) => strategy.WithTimeout(Patience);

    private static async Task<T> OnEngineAsync<T>(Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (DockerUnavailableException exception)
        {
            Requires.That(false, $"no container engine answers (DOCKER_HOST): {exception.Message}");
            throw;
        }
    }
}
