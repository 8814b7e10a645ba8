using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Gateway;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Targets.Policy;

namespace ApeTest.Cli.Commands.Gateway;

/// <summary>Where the targets of <c>ape-test gateway</c> come from: a file, or one target given by flags.</summary>
internal sealed class GatewaySource
{
    private const string FromFile = "Targets of a file";
    private const string FromFlags = "One target without a file";

    /// <summary>The name that a scenario gives its target where none is written.</summary>
    private const string TargetName = "target";

    private readonly Option<string?> _config;
    private readonly Option<string?> _target;
    private readonly Option<string?> _openApi;
    private readonly Option<string?> _graphQl;
    private readonly Option<string[]> _header;
    private readonly Option<string?> _auth;
    private readonly Option<bool> _insecure;

    public GatewaySource(CliCommand command)
    {
        _config = command.Value(FromFile, "--config", "FILE", $"The gateway file, read again when it changes. Default: the variable {EnvironmentNames.GatewayConfig}, then {GatewayExtensions.DefaultPath}.");
        _target = command.Value(FromFlags, "--target", "URL", "Base URL of the application.");
        _openApi = command.Value(FromFlags, "--openapi", "WHERE", "Its OpenAPI document: a path on the target, a URL or a file. Default: the usual paths are tried; without a document there are plain HTTP tools.");
        _graphQl = command.Value(FromFlags, "--graphql", "WHERE", "Its GraphQL endpoint: a path on the target or a URL. Each query and mutation becomes a tool.");
        _header = command.Values(FromFlags, "--header", "'NAME: VALUE'", "A header of every request to the target. ${VAR} is taken from the environment. Repeatable.");
        _auth = command.Value(FromFlags, "--auth", "HOW", "Credentials for the target: 'bearer:$TOKEN', 'basic:USER:$PASSWORD' or 'header:X-Api-Key:$KEY'. $VAR is taken from the environment.");
        _insecure = command.Switch(FromFlags, "--insecure", "Accept any TLS certificate of the target.");
    }

    /// <summary>Reads the line. Contradictions, an invalid target and a missing file throw <see cref="ApeTestException"/> (exit 2).</summary>
    public GatewayOptions Read(ParseResult parse, CliEnvironment environment)
    {
        if (parse.GetValue(_target) is { } url)
        {
            return parse.GetValue(_config) is null
                ? new GatewayOptions { File = new GatewayFile { Targets = [Target(parse, environment, url)] } }
                : throw new ApeTestException("--config and --target both name targets", "Leave one of the two away.", ExitCodes.Input);
        }
        if (AboutTarget(parse) is { } flag)
        {
            throw new ApeTestException($"{flag} says how to reach a target, and no --target is given", "Add --target URL, or write it into the gateway file.", ExitCodes.Input);
        }
        var path = parse.GetValue(_config) ?? (environment.Variables.GetValueOrDefault(EnvironmentNames.GatewayConfig) is { Length: > 0 } named ? named : null);
        var absolute = environment.Absolute(path ?? GatewayExtensions.DefaultPath);
        if (!File.Exists(absolute))
        {
            throw new ApeTestException(
                path is null ? $"there is no {GatewayExtensions.DefaultPath} in this directory" : $"the gateway file {path} does not exist",
                $"Name the application with --target URL, or write the file: {{\"targets\":[{{\"name\":\"shop\",\"url\":\"http://127.0.0.1:5080\"}}]}}", ExitCodes.Input);
        }
        // As the user wrote it where that means the same file: errors repeat the name.
        var shown = environment.CurrentDirectory == Environment.CurrentDirectory ? path ?? GatewayExtensions.DefaultPath : absolute;
        return new GatewayOptions { ConfigPath = shown, Environment = environment.Variables };
    }

    private TargetOptions Target(ParseResult parse, CliEnvironment environment, string url)
    {
        var target = new TargetOptions { Name = TargetName, Url = url, OpenApi = OpenApi(parse, environment), GraphQl = parse.GetValue(_graphQl), Insecure = parse.GetValue(_insecure) };
        foreach (var header in (parse.GetValue(_header) ?? []).Select(TargetHeader.Parse))
        {
            Add(target, header, environment, "--header");
        }
        if (parse.GetValue(_auth) is { } auth)
        {
            Add(target, TargetHeader.ParseAuth(auth, environment.Variables), environment, TargetHeader.AuthFlag);
        }
        if (TargetOptionsValidator.Validate(new GatewayFile { Targets = [target] }) is [var error, ..])
        {
            var field = error.Field.Replace("targets[0].", "", StringComparison.Ordinal);
            throw new ApeTestException($"--{(field == "url" ? TargetName : field.Replace("headers.", "header ", StringComparison.Ordinal))}: {error.Rule}", $"{char.ToUpperInvariant(error.Fix[0])}{error.Fix[1..]}.", ExitCodes.Input);
        }
        return target;
    }

    private string? OpenApi(ParseResult parse, CliEnvironment environment) =>
        parse.GetValue(_openApi) is { } where && File.Exists(environment.Absolute(where)) ? environment.Absolute(where) : parse.GetValue(_openApi);

    private string? AboutTarget(ParseResult parse) =>
        parse.GetValue(_openApi) is not null ? _openApi.Name
        : parse.GetValue(_graphQl) is not null ? _graphQl.Name
        : parse.GetValue(_header) is { Length: > 0 } ? _header.Name
        : parse.GetValue(_auth) is not null ? _auth.Name
        : parse.GetValue(_insecure) ? _insecure.Name
        : null;

    private static void Add(TargetOptions target, TargetHeader header, CliEnvironment environment, string flag)
    {
        var value = VariableText.Fill(header.Text, environment.Variables);
        if (value.Errors is [var error, ..])
        {
            throw new ApeTestException($"{flag}: {error.Message}", error.Suggestion, ExitCodes.Input);
        }
        if (!target.Headers.TryAdd(header.Name, value.Text))
        {
            throw new ApeTestException($"{flag} gives {header.Name} a second time", "Keep one of the two.", ExitCodes.Input);
        }
    }
}
