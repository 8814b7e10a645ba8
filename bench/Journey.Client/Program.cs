using System.Globalization;

namespace ApeTest.Journey_Client;

/// <summary>Users that do the journey one after another for some seconds. Prints what they counted as one line of JSON.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is not [var url, var users, var seconds] || !Uri.TryCreate(url, UriKind.Absolute, out var target)
            || !int.TryParse(users, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            await Console.Error.WriteLineAsync("usage: URL USERS SECONDS");
            return 2;
        }

        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        });
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(length), TimeProvider.System);
        var all = Enumerable.Range(1, count).Select(number => new JourneyUser(http, target, number)).ToArray();
        await Task.WhenAll(all.Select(user => user.RunAsync(end.Token)));

        var error = all.Select(user => user.LastError).FirstOrDefault(error => error is not null) ?? "";
        Console.WriteLine($$"""{"journeys":{{all.Sum(user => user.Journeys)}},"requests":{{all.Sum(user => user.Requests)}},"errors":{{all.Sum(user => user.Errors)}},"error":"{{error}}"}""");
        return 0;
    }
}
