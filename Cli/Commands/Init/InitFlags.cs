using System.CommandLine;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Init;

/// <summary>The flags of <c>init</c>.</summary>
internal sealed class InitFlags
{
    private const string What = "What is tested";
    private const string Load = "How much, by what";
    private const string Files = "Files";

    private readonly Argument<string?> _directory;
    private readonly Option<string?> _template;
    private readonly Option<string?> _target;
    private readonly Option<string?> _openApi;
    private readonly Option<string?> _graphQl;
    private readonly Option<string?> _header;
    private readonly Option<string?> _login;
    private readonly Option<string[]> _goal;
    private readonly Option<string[]> _success;
    private readonly Option<string?> _agents;
    private readonly Option<string?> _duration;
    private readonly Option<string?> _model;
    private readonly Option<bool> _force;
    private readonly Option<bool> _yes;

    public InitFlags(CliCommand command)
    {
        _directory = command.Optional("DIR", "Directory to write to; made where it does not exist. Default: this one.");
        _template = command.Value(What, "--template", "NAME", $"Begin with one of {string.Join(", ", InitTemplate.All.Select(static template => template.Name))}. Without --target it runs on a sample that start brings up itself. With it, it says what the application speaks; goals are its own, a journey's steps (mcp, llm) those of the sample.");
        ListTemplates = command.Switch(What, "--list-templates", "List the templates.");
        _target = command.Value(What, "--target", "URL", "Base URL of the application under test. Default: a sample.");
        _openApi = command.Value(What, "--openapi", "WHERE", "Its OpenAPI document: a path on the target, a URL or a file. Default: the usual paths are tried.");
        _graphQl = command.Value(What, "--graphql", "WHERE", "Its GraphQL endpoint. Default: the usual paths (/graphql, /api/graphql, /v1/graphql, /query) are tried where there is no OpenAPI document.");
        _header = command.Value(What, "--header", "'NAME: ${VAR}'", "A header with the application's key or token. Only the variable's name is written.");
        _login = command.Value(What, "--login", "USER/PASSWORD", "A test user: what its login asks for, in that order. '$VAR' is taken from the environment. It is written to users.csv, which git then ignores; goals log in with it.");
        _goal = command.Values(What, "--goal", "TEXT", "What every agent wants to achieve, in plain words. Repeatable. Default: suggested from its operations, queries or pages.");
        _success = command.Values(What, "--success", "EXPR", "What proves the goal, for example 'checkout=201'. Default: derived from goal and API. Repeatable: all must hold.");
        _agents = command.Value(Load, "--agents", "N", "Simulated users at the same time. Default 5.");
        _duration = command.Value(Load, "--duration", "TIME", "How long: 30s, 5m, 1h. Default 30s.");
        _model = command.Value(Load, "--model", "PROVIDER/MODEL", "Model that decides the actions. Default builtin/planner, which needs no key and no network.");
        _yes = command.Switch(Files, "--yes", "Ask nothing: what no flag says is the default.", "-y");
        _force = command.Switch(Files, "--force", "Replace files that exist.");
    }

    /// <summary><c>--list-templates</c>.</summary>
    public Option<bool> ListTemplates { get; }

    /// <summary>Reads the line; what is wrong throws <see cref="ApeTestException"/> (exit 2).</summary>
    public InitRequest Read(ParseResult parse, CliEnvironment environment)
    {
        var directory = parse.GetValue(_directory);
        var template = Template(parse.GetValue(_template));
        var goals = parse.GetValue(_goal) ?? [];
        if (template is { IsJourney: true } && goals.Length > 0)
        {
            throw new ApeTestException($"--goal: the template {template.Name} is a journey, which has steps and no goals", "Leave one of the two away.", ExitCodes.Input);
        }
        if (template is not null && (Other(template, TargetKind.Rest, parse.GetValue(_openApi), "--openapi") ?? Other(template, TargetKind.GraphQl, parse.GetValue(_graphQl), "--graphql")) is { } other)
        {
            throw new ApeTestException($"{other} does not go with --template {template.Name}", "Leave one of the two away: with --target, a template says what the application speaks.", ExitCodes.Input);
        }
        var success = parse.GetValue(_success) is { Length: > 0 } all ? string.Join("; ", all) : null;
        if (success is not null && goals.Length != 1)
        {
            throw new ApeTestException("--success says what proves a goal, and " + (goals.Length == 0 ? "no --goal is given" : $"{goals.Length} goals are"), "Give it with one --goal; write the others' into the scenario.", ExitCodes.Input);
        }
        var request = new InitRequest
        {
            Directory = environment.Absolute(directory ?? "."),
            Shown = directory ?? ".",
            Template = template,
            Target = parse.GetValue(_target) is { } url ? InitFields.Url("--target", url) : null,
            OpenApi = parse.GetValue(_openApi),
            GraphQl = parse.GetValue(_graphQl),
            Header = parse.GetValue(_header) is { } header ? ByVariable(TargetHeader.Parse(header)) : null,
            Login = parse.GetValue(_login) is { } login ? [.. login.Split('/').Select(part => Variable.Expand("--login", part, environment.Variables))] : null,
            Goals = goals,
            Success = success,
            Agents = parse.GetValue(_agents) is { } agents ? InitFields.Agents("--agents", agents) : null,
            Duration = parse.GetValue(_duration) is { } duration ? InitFields.Duration("--duration", duration) : null,
            Model = parse.GetValue(_model) is { } model ? InitFields.Model("--model", model) : null,
            Yes = parse.GetValue(_yes),
            Force = parse.GetValue(_force),
        };
        if (template is { IsJourney: true } && request.Target is not null && request.Login is not null)
        {
            throw new ApeTestException($"--login: the template {template.Name} is a journey, whose steps say themselves how they log in", "Leave it away, and put your users into users.csv.", ExitCodes.Input);
        }
        return request.Target is null && AboutTarget(request) is { } flag
            ? throw new ApeTestException($"{flag} says how to reach a target, and no --target is given", "Add --target URL.", ExitCodes.Input)
            : request;
    }

    // It is written into files that are committed. A shell fills in a variable between double quotes before we see it.
    private static (string Name, string Value) ByVariable(TargetHeader header) => header.Text.Contains("${", StringComparison.Ordinal)
        ? (header.Name, header.Text)
        : throw new ApeTestException($"--header: the value of {header.Name} is no variable, and would be written into files as it stands",
            $"Put it into the environment, and name the variable between single quotes: --header '{header.Name}: ${{API_KEY}}'.", ExitCodes.Input);

    private static string? Other(InitTemplate template, TargetKind kind, string? value, string flag) => value is not null && template.Kind != kind ? flag : null;

    private static string? AboutTarget(InitRequest request) =>
        request.OpenApi is not null ? "--openapi" : request.GraphQl is not null ? "--graphql" : request.Header is not null ? "--header" : request.Login is not null ? "--login" : null;

    private static InitTemplate? Template(string? name) => name is null ? null
        : InitTemplate.All.FirstOrDefault(template => template.Name == name) is { } known ? known
        : throw new ApeTestException($"--template: there is no template '{name}'",
            (UnknownWord.Nearest(name, InitTemplate.All.Select(static template => template.Name)) is { } meant ? $"Did you mean '{meant}'? " : string.Empty) + "ape-test init --list-templates lists them.", ExitCodes.Input);
}
