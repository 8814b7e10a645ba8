using ApeTest.Hosting.CommandLine;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Hosting;

/// <summary>Shows the link to a run's own dashboard beside the resource: the command tells it on its console once it listens, on a port that is free then.</summary>
internal static class RunLink
{
    /// <summary>Begins, with the first start of a resource, to look for the link in its log; a later start brings another, and takes the former one away.</summary>
    public static Task WatchAsync(ApeTestResource resource, BeforeResourceStartedEvent starting, CancellationToken cancellationToken)
    {
        resource.Annotations.Remove(resource.Link);
        if (resource.TryBeginWatching())
        {
            // Goes on beside the resource, and ends with the AppHost.
            _ = FollowAsync(resource, starting.Services, starting.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        }
        return Task.CompletedTask;
    }

    private static async Task FollowAsync(ApeTestResource resource, IServiceProvider services, CancellationToken cancellationToken)
    {
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        try
        {
            await foreach (var lines in services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                foreach (var line in lines)
                {
                    if (WatchLine.Link(line.Content) is { } link)
                    {
                        await ShowAsync(resource, link, notifications).ConfigureAwait(false);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The AppHost ends.
        }
    }

    private static Task ShowAsync(ApeTestResource resource, string link, ResourceNotificationService notifications)
    {
        // Every later snapshot of the resource is made from its annotations, while this goes on: it is one annotation, changed before it is added, so that there is
        // no moment with two of them or with none. The snapshot that is out is changed here.
        resource.Link.Url = link;
        if (!resource.Annotations.Contains(resource.Link))
        {
            resource.Annotations.Add(resource.Link);
        }
        var shown = new UrlSnapshot(null, link, IsInternal: false) { DisplayProperties = new UrlDisplayPropertiesSnapshot(ApeTestResource.LinkText) };
        return notifications.PublishUpdateAsync(resource, snapshot =>
            snapshot with { Urls = [.. snapshot.Urls.Where(static url => url.DisplayProperties.DisplayName != ApeTestResource.LinkText), shown] });
    }
}
