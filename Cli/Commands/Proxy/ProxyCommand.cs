using System.CommandLine;
using ApeTest.Cli.Commands.Services;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Help;
using ApeTest.Cli.Signals;
using ApeTest.LlmProxy;
using ApeTest.LlmProxy.Hosting;
using ApeTest.LlmProxy.Options;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Commands.Proxy;

/// <summary><c>ape-test proxy</c>: the LLM proxy alone, until Ctrl+C.</summary>
internal static class ProxyCommand
{
    private const string Own = "ApeTest.LlmProxy";

    private const string DefaultKeyName = "default";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("proxy", "Run the LLM proxy alone, until Ctrl+C: OpenAI's API in front of any model.")
        {
            Examples =
            [
                new("the built-in planner and what keys there are; ask it from another terminal", """
                    ape-test proxy
                    curl http://127.0.0.1:5200/v1/models
                    """),
                new("with keys, budgets and aliases from a file", "ape-test proxy --config proxy.json --budget-file spent.json"),
                new("record once, then answer without key and network", """
                    ape-test proxy --cassette models.jsonl --cassette-mode record
                    ape-test proxy --cassette models.jsonl --cassette-mode replay
                    """),
            ],
        };
        var flags = new ProxySource(command);
        var port = command.Value("Options", "--port", "N", $"Port on 127.0.0.1; 0 takes a free one. Default {DefaultPorts.LlmProxy}.");
        var newKey = command.Add("Options", new Option<string?>("--new-key")
        {
            HelpName = "[NAME]",
            Description = "Print a fresh proxy key, once, and its entry for the file, which holds only its SHA-256; then end.",
            Arity = ArgumentArity.ZeroOrOne,
        });
        command.SetAction((parse, _) => parse.GetResult(newKey) is not null
            ? NewKeyAsync(environment, parse.GetValue(newKey) ?? DefaultKeyName)
            : RunAsync(environment, LoneService.Port(parse.GetValue(port), DefaultPorts.LlmProxy, "proxy"), flags.Read(parse, environment)));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, int port, LlmProxyOptions options)
    {
        using var ladder = new StopLadder(environment.Signals);
        // Calls that failed, and what is wrong with its files.
        using var messages = new ServiceMessages(environment.Error, static (category, level, _) => level >= LogLevel.Warning && category.StartsWith(Own, StringComparison.Ordinal));
        return await LoneService.UntilStoppedAsync(ladder, async () =>
        {
            await using var service = await EmbeddedService.StartAsync(
                new ServiceOptions { Service = "llm-proxy" }, ServiceUrls.Loopback(port), environment.Time,
                builder =>
                {
                    builder.AddLlmProxy(options);
                    builder.Services.AddSingleton<ILoggerProvider>(messages);
                },
                app => app.MapLlmProxy(), ladder.Drain);
            await TellAsync(environment, service);
            await Task.Delay(Timeout.InfiniteTimeSpan, environment.Time, ladder.Drain);
        });
    }

    private static async Task TellAsync(CliEnvironment environment, EmbeddedService service)
    {
        foreach (var line in ProxyAnnouncement.Lines(service.Services, service.Url))
        {
            environment.Error.WriteLine(line);
        }
        environment.Error.WriteLine($"listening on {service.Url}; Ctrl+C ends it");
        environment.Out.WriteLine($"llm-proxy  {ProxyAnnouncement.BaseUrl(service.Url)}");
        await environment.Out.FlushAsync();
    }

    private static async Task<int> NewKeyAsync(CliEnvironment environment, string name)
    {
        try
        {
            environment.Out.WriteLine(NewProxyKey.Draw(name).Text);
        }
        catch (LlmProxyConfigException wrong)
        {
            throw new ApeTestException(string.Join('\n', wrong.Errors), "See 'ape-test proxy --help'.", ExitCodes.Input, wrong);
        }

        await environment.Out.FlushAsync();
        environment.Error.WriteLine("Keep the key: it is shown only now. Add the entry to \"keys\" in the proxy's file.");
        return ExitCodes.Done;
    }
}
