using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.LlmProxy.Hosting;
using ApeTest.LlmProxy.Options;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Proxy;

/// <summary>What <c>ape-test proxy</c> serves: the proxy's file, and flags over it.</summary>
internal sealed class ProxySource
{
    private const string What = "What is served";
    private const string Cassettes = "Recorded exchanges";

    private readonly Option<string?> _config;
    private readonly Option<string?> _model;
    private readonly Option<string?> _budgets;
    private readonly Option<string?> _cassette;
    private readonly Option<string?> _mode;
    private readonly Option<string?> _speed;

    public ProxySource(CliCommand command)
    {
        _config = command.Value(What, "--config", "FILE", $"The proxy's file: keys, budgets, providers, aliases. Default: the variable {EnvironmentNames.LlmProxyConfig}, then none.");
        _model = command.Value(What, "--model", "PROVIDER/MODEL", "Model of requests that name none, or an alias of the file. Default: builtin/planner.");
        _budgets = command.Value(What, "--budget-file", "FILE", "Remembers what keys and runs have spent, so that a restart does not forget it. Default: the file's, then none.");
        _cassette = command.Value(Cassettes, "--cassette", "FILE", "File of recorded exchanges, one JSON object a line. Default: the file's, then none.");
        _mode = command.Value(Cassettes, "--cassette-mode", "MODE", "'record' asks and writes anew, 'replay' never asks a provider, 'auto' asks for what is not recorded yet. Default auto.");
        _speed = command.Value(Cassettes, "--cassette-speed", "X", "Speed of replayed answers: 1 as recorded, 10 ten times as fast, 0 without pauses. Default 1.");
    }

    /// <summary>Reads the line and the file. What is wrong throws <see cref="ApeTestException"/> (exit 2).</summary>
    public LlmProxyOptions Read(ParseResult parse, CliEnvironment environment)
    {
        var flags = new ProxyFlags
        {
            Config = parse.GetValue(_config),
            Model = parse.GetValue(_model),
            BudgetFile = parse.GetValue(_budgets),
            Cassette = parse.GetValue(_cassette),
            CassetteMode = parse.GetValue(_mode),
            CassetteSpeed = parse.GetValue(_speed),
        };
        try
        {
            return flags.ToOptions(name => environment.Variables.GetValueOrDefault(name), environment.CurrentDirectory);
        }
        catch (LlmProxyConfigException wrong)
        {
            throw new ApeTestException(string.Join('\n', wrong.Errors), "See 'ape-test proxy --help' and docs/proxy.md.", ExitCodes.Input, wrong);
        }
    }
}
