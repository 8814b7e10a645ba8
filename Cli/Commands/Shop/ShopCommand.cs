using System.CommandLine;
using System.Globalization;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Help;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;

namespace ApeTest.Cli.Commands.Shop;

/// <summary><c>ape-test shop</c>: the sample shop alone, until Ctrl+C.</summary>
internal static class ShopCommand
{
    private const string Seeded = "What it is seeded with";
    private const string Faults = "How it misbehaves";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("shop", "Run the sample shop alone, until Ctrl+C.")
        {
            Examples =
            [
                new("on its usual port, and a test of it from another terminal", """
                    ape-test shop
                    ape-test start --target http://127.0.0.1:5080 \
                      --goal 'Register, buy the cheapest tea' --success 'checkout=201'
                    """),
                new("a slow shop that refuses every twentieth request", "ape-test shop --latency 200ms --fail 0.05"),
            ],
        };
        var port = command.Value("Options", "--port", "N", $"Port on 127.0.0.1; 0 takes a free one. Default {DefaultPorts.Shop}.");
        var seed = command.Value(Seeded, "--seed", "N", "Seed of products and faults. Default 1.");
        var users = command.Value(Seeded, "--users", "N", "Users user-0001, user-0002, … with pass-0001, pass-0002, … Default 1000.");
        var products = command.Value(Seeded, "--products", "N", "Products. Default 200.");
        var stock = command.Value(Seeded, "--stock", "N", "Pieces of each product. Default 100000.");
        var fail = command.Value(Faults, "--fail", "SHARE", "Share of requests answered 503, from 0 to 1. Default 0.");
        var latency = command.Value(Faults, "--latency", "TIME", "Added to every request. Default none.");
        command.SetAction((parse, _) => RunAsync(environment, (int)Number(parse, port, DefaultPorts.Shop, 65535), new ShopOptions
        {
            Seed = Number(parse, seed, 1, long.MaxValue),
            Users = (int)Number(parse, users, 1000, 1_000_000),
            Products = (int)Number(parse, products, 200, 100_000),
            Stock = (int)Number(parse, stock, 100_000, int.MaxValue),
            FaultShare503 = Share(parse, fail),
            AddedLatency = Time(parse, latency),
        }));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, int port, ShopOptions shop)
    {
        using var ladder = new StopLadder(environment.Signals);
        await using var service = await StartAsync(environment, port, shop, ladder.Drain);
        environment.Out.WriteLine($"shop     {service.Url}");
        environment.Out.WriteLine($"openapi  {new Uri(service.Url, ShopExtensions.OpenApiPath)}");
        await environment.Out.FlushAsync();
        environment.Error.WriteLine($"{shop.Users} users ({ShopSeed.User(1).Name} / {ShopSeed.User(1).Password}, …); Ctrl+C ends it");
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ladder.Drain.Register(end.SetResult);
        await end.Task;
        // Ctrl+C is how one ends it: nothing was interrupted.
        return ExitCodes.Done;
    }

    private static async Task<EmbeddedService> StartAsync(CliEnvironment environment, int port, ShopOptions shop, CancellationToken cancellationToken)
    {
        var options = new ServiceOptions { Service = ShopExtensions.Service, Guard = false };
        try
        {
            return await EmbeddedService.StartAsync(options, ServiceUrls.Loopback(port), environment.Time,
                builder => builder.AddShop(shop), app => app.MapShop(), cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new ApeTestException(e.Message, "See 'ape-test shop --help'.", ExitCodes.Input, e);
        }
    }

    private static long Number(ParseResult parse, Option<string?> option, long otherwise, long most) => parse.GetValue(option) switch
    {
        null => otherwise,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most => number,
        var text => throw Wrong(option, text, $"a whole number from 0 to {most}"),
    };

    private static double Share(ParseResult parse, Option<string?> option) => parse.GetValue(option) switch
    {
        null => 0,
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 => share,
        var text => throw Wrong(option, text, "a share from 0 to 1, for example 0.05"),
    };

    private static TimeSpan Time(ParseResult parse, Option<string?> option) => parse.GetValue(option) switch
    {
        null => TimeSpan.Zero,
        var text when Durations.TryParse(text, out var time) => time,
        var text => throw Wrong(option, text, "a duration, for example 200ms"),
    };

    private static ApeTestException Wrong(Option<string?> option, string text, string rule) =>
        new($"{option.Name} '{text}' is not {rule}", "See 'ape-test shop --help'.", ExitCodes.Input);
}
