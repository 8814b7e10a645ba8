using ApeTest.Tests.Shared;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ApeTest.Hosting.Tests.Resource;

public sealed class RunLinkTests
{
    private const string First = "http://127.0.0.1:40001/dashboard/runs/a?t=x";
    private const string Second = "http://127.0.0.1:40002/dashboard/runs/b?t=y";

    [Fact]
    public async Task Run_ThatTellsWhereItIsWatched_HasThatOneLink()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var load = builder.AddApeTest("load").WithTarget(new Uri("http://127.0.0.1:5080"));
        using var application = builder.Build();
        var log = application.Services.GetRequiredService<ResourceLoggerService>().GetLogger(load.Resource);

        await StartAsync();
        log.LogInformation("run a: 3 agents");
        Assert.Equal([First], await ShownAfterAsync(First));
        Assert.Equal(First, Assert.Single(load.Resource.Annotations.OfType<ResourceUrlAnnotation>()).Url);

        // The address of a run that is over leads nowhere.
        await StartAsync();
        Assert.Empty(load.Resource.Annotations.OfType<ResourceUrlAnnotation>());

        Assert.Equal([Second], await ShownAfterAsync(Second));
        Assert.Equal(Second, Assert.Single(load.Resource.Annotations.OfType<ResourceUrlAnnotation>()).Url);

        application.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Task StartAsync() => builder.Eventing.PublishAsync(new BeforeResourceStartedEvent(load.Resource, application.Services), TestContext.Current.CancellationToken);

        async Task<string[]> ShownAfterAsync(string link)
        {
            log.LogInformation("  watch it: {Link}", link);
            var shown = await application.Services.GetRequiredService<ResourceNotificationService>()
                .WaitForResourceAsync("load", state => state.Snapshot.Urls.Any(url => url.Url == link), TestContext.Current.CancellationToken)
                .Within(TestContext.Current.CancellationToken);
            return [.. shown.Snapshot.Urls.Select(static url => url.Url)];
        }
    }
}
