using System.CommandLine;
using ApeTest.Cli.Help;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Stack;

/// <summary>Which stack a command speaks to: its collector, and the token that all services of it share.</summary>
/// <param name="Collector">Base URL of the collector.</param>
/// <param name="Token">The token; empty where none was named: whoever listens there asks for it then, and a URL where nobody does is told as that.</param>
internal sealed record StackAddress(Uri Collector, string Token)
{
    /// <summary>A client of the collector.</summary>
    public Runs.Control.CollectorClient Client(TimeProvider time) => new(Collector, Token, time);

    /// <summary>Reads a token file; what cannot be read throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static string ReadToken(CliEnvironment environment, string file)
    {
        try
        {
            return File.ReadAllText(environment.Absolute(file)).Trim() is { Length: > 0 } token
                ? token
                : throw new ApeTestException($"the token file {file} is empty", "It holds the stack's service token.", ExitCodes.Input);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"the token file {file} cannot be read: {e.Message}", "It holds the stack's service token, and is the one that its services have in APETEST_TOKEN_FILE.", ExitCodes.Input, e);
        }
    }
}

/// <summary><c>--stack</c> and <c>--token-file</c> of a command.</summary>
internal sealed class StackOptions
{
    private readonly Option<string?> _url;
    private readonly Option<string?> _token;

    /// <param name="command">The command that takes them.</param>
    /// <param name="what">What the first does, as its description.</param>
    public StackOptions(CliCommand command, string what)
    {
        const string group = "A stack";
        _url = command.Value(group, "--stack", "URL", $"{what} Its collector listens there. Default: APETEST_COLLECTOR__URL, if that is set.");
        _token = command.Value(group, "--token-file", "FILE", "File with the stack's service token. Default: the file that APETEST_TOKEN_FILE names.");
    }

    /// <summary>Whether the flag was given, rather than the variable.</summary>
    public bool IsAsked(ParseResult parse) => parse.GetValue(_url) is not null;

    /// <summary>The stack; null where none was named. A bad URL, or a token file that cannot be read, throws <see cref="ApeTestException"/> (exit 2).</summary>
    public StackAddress? Of(ParseResult parse, CliEnvironment environment)
    {
        var flag = parse.GetValue(_url);
        var file = parse.GetValue(_token);
        if ((flag ?? environment.Variables.GetValueOrDefault(EnvironmentNames.CollectorUrl)) is not { Length: > 0 } text)
        {
            return flag is not null ? throw Bad("--stack", flag)
                : file is not null ? throw new ApeTestException("--token-file is the token of a stack, and none is named", "Add --stack URL.", ExitCodes.Input)
                : null;
        }
        if (!Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw Bad(flag is null ? EnvironmentNames.CollectorUrl : "--stack", text);
        }
        return (file ?? environment.Variables.GetValueOrDefault(EnvironmentNames.TokenFile)) is { Length: > 0 } named
            ? new StackAddress(url, StackAddress.ReadToken(environment, named))
            : new StackAddress(url, "");
    }

    private static ApeTestException Bad(string name, string text) => new($"{name} '{text}' is not an http URL", $"Write for example {ServiceUrls.Loopback(DefaultPorts.Collector)}.", ExitCodes.Input);
}
