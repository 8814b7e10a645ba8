using System.CommandLine;
using ApeTest.Cli.Commands.Services;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Help;
using ApeTest.Cli.Signals;
using ApeTest.Gateway;
using ApeTest.Gateway.Mcp;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Commands.Gateway;

/// <summary><c>ape-test gateway</c>: the gateway alone, until Ctrl+C.</summary>
internal static class GatewayCommand
{
    // Events of the gateway's file: that it was read again, and what was wrong with it.
    private const string Reload = "gateway.reload";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("gateway", "Run the gateway alone, until Ctrl+C: a proxy and an MCP server for any API.")
        {
            Examples =
            [
                new("the sample shop's operations as tools of a Model Context Protocol client", """
                    ape-test shop
                    ape-test gateway --target http://127.0.0.1:5080
                    """),
                new("the targets of a file, which is read again when it changes", "ape-test gateway --config ape.mcp-gateway.json"),
                new("for a client that starts its servers itself", "ape-test gateway --target http://127.0.0.1:5080 --stdio"),
            ],
        };
        var source = new GatewaySource(command);
        var port = command.Value("Options", "--port", "N", $"Port on 127.0.0.1; 0 takes a free one. Default {DefaultPorts.Gateway}.");
        var stdio = command.Switch("Options", "--stdio", "Speak the Model Context Protocol on standard input and output; nothing listens.");
        command.SetAction((parse, _) =>
        {
            var options = source.Read(parse, environment);
            var number = parse.GetValue(port);
            if (!parse.GetValue(stdio))
            {
                return RunAsync(environment, LoneService.Port(number, DefaultPorts.Gateway, "gateway"), options);
            }
            return number is null
                ? RunStdioAsync(environment, options)
                : throw new ApeTestException("--port has no effect with --stdio: nothing listens", "Leave one of the two away.", ExitCodes.Input);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, int port, GatewayOptions options)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var messages = new ServiceMessages(environment.Error, static (_, _, id) => id.Name?.StartsWith(Reload, StringComparison.Ordinal) is true);
        return await LoneService.UntilStoppedAsync(ladder, async () =>
        {
            await using var service = await EmbeddedService.StartAsync(
                new ServiceOptions { Service = "gateway" }, ServiceUrls.Loopback(port), environment.Time,
                builder =>
                {
                    builder.AddGateway(options);
                    builder.Services.AddSingleton<ILoggerProvider>(messages);
                },
                app => app.MapGateway(), ladder.Drain);
            await TellAsync(environment, service);
            await Task.Delay(Timeout.InfiniteTimeSpan, environment.Time, ladder.Drain);
        });
    }

    private static async Task TellAsync(CliEnvironment environment, EmbeddedService service)
    {
        environment.Error.WriteLine($"{GatewayAnnouncement.Admin(service.Services, service.Url)}; Ctrl+C ends it");
        foreach (var (_, url) in GatewayAnnouncement.Targets(service.Services, service.Url))
        {
            environment.Out.WriteLine($"gateway  {url}");
        }
        environment.Out.WriteLine($"mcp      {GatewayAnnouncement.Mcp(service.Url)}");
        await environment.Out.FlushAsync();
    }

    private static async Task<int> RunStdioAsync(CliEnvironment environment, GatewayOptions options)
    {
        using var ladder = new StopLadder(environment.Signals);
        var (input, output) = environment.OpenStreams();
        await using (input)
        await using (output)
        {
            return await LoneService.UntilStoppedAsync(ladder, () => GatewayStdio.RunAsync(options, input, output, environment.Time, ladder.Drain));
        }
    }
}
