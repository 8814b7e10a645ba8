using ApeTest.Cli.Commands.Services;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Help;
using ApeTest.Cli.Samples;
using ApeTest.Cli.Signals;
using ApeTest.Mini;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;

namespace ApeTest.Cli.Commands.Sample;

/// <summary><c>ape-test sample [NAME]</c>: one of the sample targets alone, until Ctrl+C; without a name, which there are.</summary>
internal static class SampleCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("sample", "Run a sample target alone, until Ctrl+C; without a name: list them.")
        {
            Examples =
            [
                new("which there are", "ape-test sample"),
                new("a message board with a GraphQL API", "ape-test sample board"),
                new("a scenario for it, which starts it by itself", "ape-test init -y --template graphql"),
            ],
        };
        var name = command.Optional("NAME", $"One of {string.Join(", ", SampleTarget.All.Select(static sample => sample.Name))}.");
        var port = command.Value("Options", "--port", "N", "Port on 127.0.0.1; 0 takes a free one. Default: the sample's own.");
        command.SetAction((parse, _) =>
        {
            if (parse.GetValue(name) is not { } chosen)
            {
                List(environment);
                return Task.FromResult(ExitCodes.Done);
            }
            var sample = Find(chosen);
            return RunAsync(environment, sample, LoneService.Port(parse.GetValue(port), sample.Port, "sample"));
        });
        return command;
    }

    private static SampleTarget Find(string name)
    {
        var names = SampleTarget.All.Select(static sample => sample.Name).ToList();
        return SampleTarget.All.FirstOrDefault(sample => sample.Name == name) ?? throw new ApeTestException($"there is no sample '{name}'",
            (UnknownWord.Nearest(name, names) is { } meant ? $"Did you mean '{meant}'? " : string.Empty) + $"Known are {string.Join(", ", names)}.", ExitCodes.Input);
    }

    private static void List(CliEnvironment environment)
    {
        foreach (var sample in SampleTarget.All)
        {
            environment.Out.WriteLine($"{sample.Name,-9}{sample.Summary}");
        }
    }

    private static async Task<int> RunAsync(CliEnvironment environment, SampleTarget sample, int port)
    {
        using var ladder = new StopLadder(environment.Signals);
        var services = new Stack<EmbeddedService>();
        try
        {
            return await LoneService.UntilStoppedAsync(ladder, async () =>
            {
                var url = await sample.StartAsync(async (service, guard, isFront, add, map, cancellationToken) =>
                {
                    var started = await EmbeddedService.StartAsync(new ServiceOptions { Service = service, Guard = guard },
                        isFront ? ServiceUrls.Loopback(port) : ServiceUrls.FreeLoopback, environment.Time, add, map, cancellationToken);
                    services.Push(started);
                    return started;
                }, ladder.Drain);
                environment.Out.WriteLine($"{sample.Name,-9}{url}");
                environment.Out.WriteLine($"entrance {new Uri(url, sample.Entrance)}");
                await environment.Out.FlushAsync();
                var users = sample.HasUsers ? $"{SampleUsers.Count} users ({ShopSeed.User(1).Name} / {ShopSeed.User(1).Password}, …); " : "";
                environment.Error.WriteLine($"{users}Ctrl+C ends it");
                await Task.Delay(Timeout.InfiniteTimeSpan, environment.Time, ladder.Drain);
            });
        }
        finally
        {
            while (services.TryPop(out var service))
            {
                await service.DisposeAsync();
            }
        }
    }
}
