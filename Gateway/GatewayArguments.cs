using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Gateway;

/// <summary>The command line of the gateway alone.</summary>
/// <param name="Urls">Where it listens; null: not said.</param>
/// <param name="Config">Path of the gateway file; null: not said.</param>
/// <param name="Help">Whether only the help is asked for.</param>
internal sealed record GatewayArguments(string? Urls, string? Config, bool Help)
{
    private const string UrlsFlag = "--urls";
    private const string ConfigFlag = "--config";
    private const string HelpFlag = "--help";
    private static readonly string[] Known = [UrlsFlag, ConfigFlag, HelpFlag];

    /// <summary>What the help says.</summary>
    public static string HelpText { get; } = $"""
        The ApeTest gateway: a proxy with trace ids, credentials, retries and faults in front of the targets of a gateway file.

          {UrlsFlag} URL       where it listens; default http://127.0.0.1:{DefaultPorts.Gateway}, several separated by ';'
          {ConfigFlag} FILE    the gateway file; default: the variable {EnvironmentNames.GatewayConfig}, then {GatewayExtensions.DefaultPath}
          {HelpFlag}           this text

        Off loopback a service token is needed: {EnvironmentNames.TokenFile} names the file that holds it.
        """;

    /// <summary>Reads <c>--flag value</c> and <c>--flag=value</c>. What is not known throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static GatewayArguments Parse(IReadOnlyList<string> args)
    {
        var read = new GatewayArguments(null, null, Help: false);
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i].IndexOf('=', StringComparison.Ordinal) : -1;
            var flag = equals < 0 ? args[i] : args[i][..equals];
            if (flag is HelpFlag or "-h" or "-?")
            {
                return read with { Help = true };
            }
            if (flag is not (UrlsFlag or ConfigFlag))
            {
                var meant = Distances.Closest(flag, Known);
                throw Wrong($"'{Quote.Plain(flag)}' is not a known flag", meant is null ? "" : $"Did you mean {meant}? ");
            }
            var value = equals >= 0 ? args[i][(equals + 1)..] : ++i < args.Count ? args[i] : "";
            if (value.Length == 0)
            {
                throw Wrong($"{flag} has no value", "");
            }
            if ((flag == UrlsFlag ? read.Urls : read.Config) is not null)
            {
                throw Wrong($"{flag} is given twice", "");
            }
            read = flag == UrlsFlag ? read with { Urls = Checked(value) } : read with { Config = value };
        }
        return read;
    }

    private static string Checked(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ServiceUrls.IsBinding(url))
            {
                throw Wrong($"{UrlsFlag} '{Quote.Plain(url)}' is not an http address to listen on", $"Write for example {UrlsFlag} http://127.0.0.1:{DefaultPorts.Gateway}. ");
            }
        }
        return urls;
    }

    private static ApeTestException Wrong(string what, string fix) => new($"{what}.", $"{fix}Known flags: {string.Join(", ", Known)}.", ExitCodes.Input);
}
