using System.Security.Cryptography;
using ApeTest.Cli.Commands.Services;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Help;
using ApeTest.Cli.Signals;
using ApeTest.Observability;
using ApeTest.Observability.Collecting;
using ApeTest.Observability.Dashboard;
using ApeTest.Runs.Queue;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Cli.Commands.Dashboard;

/// <summary><c>ape-test dashboard</c>: the runs of this directory in the browser, until Ctrl+C.</summary>
internal static class DashboardCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("dashboard", "Show the runs of this directory in the browser, until Ctrl+C.")
        {
            Examples =
            [
                new("all runs, those that go on too", "ape-test dashboard"),
                new("always on the same port", "ape-test dashboard --port 5300"),
            ],
        };
        var port = command.Value("Options", "--port", "N", "Port on 127.0.0.1. Default 0: a free one.");
        command.SetAction((parse, _) => RunAsync(environment, LoneService.Port(parse.GetValue(port), 0, "dashboard")));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, int port)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var queue = new MemoryRunQueue(environment.Time);
        // Nobody is told the token: a browser comes in by the link.
        var options = new ServiceOptions { Service = "collector", Token = RandomNumberGenerator.GetHexString(64, lowercase: true) };
        return await LoneService.UntilStoppedAsync(ladder, async () =>
        {
            await using var service = await EmbeddedService.StartAsync(options, ServiceUrls.Loopback(port), environment.Time, builder =>
            {
                builder.Services.AddSingleton<IRunQueue>(queue);
                builder.AddCollector(new CollectorOptions { RunsRoot = environment.RunsRoot });
            }, app => app.MapCollector(), ladder.Drain);
            environment.Out.WriteLine(service.Services.GetRequiredService<DashboardKeys>().Link(service.Url));
            await environment.Out.FlushAsync();
            environment.Error.WriteLine("the link opens one browser, once; Ctrl+C ends it");
            await Task.Delay(Timeout.InfiniteTimeSpan, environment.Time, ladder.Drain);
        });
    }
}
