using ApeTest.LlmProxy.Options;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>The command line of the proxy alone.</summary>
/// <param name="Flags">What it says about the proxy.</param>
/// <param name="Urls">Where it listens; null: not said.</param>
/// <param name="NewKey">Name of the key that is to be made; null: none is.</param>
/// <param name="Help">Whether only the help is asked for.</param>
internal sealed record ProxyArguments(ProxyFlags Flags, string? Urls = null, string? NewKey = null, bool Help = false)
{
    /// <summary>Name of a new key that is given none.</summary>
    public const string DefaultKeyName = "default";

    private static readonly string[] Known =
        ["--urls", "--config", "--model", "--cassette", "--cassette-mode", "--cassette-speed", "--budget-file", "--new-key", "--help"];

    /// <summary>What the help says.</summary>
    public static string HelpText { get; } = $"""
        The ApeTest LLM proxy: OpenAI's API in front of Cerebras, Ollama, any OpenAI-compatible server and the built-in planner.

          --urls URL             where it listens; default http://127.0.0.1:{DefaultPorts.LlmProxy}, several separated by ';'
          --config FILE          the proxy's file; default: the one that {EnvironmentNames.LlmProxyConfig} names, then none
          --model PROVIDER/MODEL model of requests that name none; default builtin/planner
          --cassette FILE        recorded exchanges, one JSON object a line
          --cassette-mode MODE   record, replay or auto; default auto
          --cassette-speed X     speed of replayed answers: 1 as recorded, 0 without pauses; default 1
          --budget-file FILE     remembers what was spent
          --new-key [NAME]       prints a fresh proxy key and its entry for the file, and ends
          --help                 this text

        Off loopback a service token is needed: {EnvironmentNames.TokenFile} names the file that holds it. Where the file has proxy keys, clients show one of those instead.
        """;

    /// <summary>Reads <c>--flag value</c> and <c>--flag=value</c>. What is not known throws <see cref="LlmProxyConfigException"/>.</summary>
    public static ProxyArguments Parse(IReadOnlyList<string> args)
    {
        var read = new ProxyArguments(new ProxyFlags());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i].IndexOf('=', StringComparison.Ordinal) : -1;
            var flag = equals < 0 ? args[i] : args[i][..equals];
            if (flag is "--help" or "-h" or "-?")
            {
                return read with { Help = true };
            }

            var next = equals >= 0 ? args[i][(equals + 1)..] : i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : null;
            Check(Known.Contains(flag), $"'{flag}' is not a known flag; known: {string.Join(", ", Known)}");
            Check(seen.Add(flag), $"{flag} is given twice");
            Check(next?.Length > 0 || (next is null && flag == "--new-key"), $"{flag} has no value{(flag == "--new-key" ? "; write for example --new-key ci, or leave the name out for \"default\"" : "")}");
            read = With(read, flag, next ?? DefaultKeyName);
        }

        return read;
    }

    private static ProxyArguments With(ProxyArguments read, string flag, string value) => flag switch
    {
        "--urls" => read with { Urls = Listening(value) },
        "--config" => read with { Flags = read.Flags with { Config = value } },
        "--model" => read with { Flags = read.Flags with { Model = value } },
        "--cassette" => read with { Flags = read.Flags with { Cassette = value } },
        "--cassette-mode" => read with { Flags = read.Flags with { CassetteMode = value } },
        "--cassette-speed" => read with { Flags = read.Flags with { CassetteSpeed = value } },
        "--budget-file" => read with { Flags = read.Flags with { BudgetFile = value } },
        _ => read with { NewKey = value },
    };

    private static string Listening(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Check(ServiceUrls.IsBinding(url), $"--urls '{url}' is not an http address to listen on; write for example --urls http://127.0.0.1:{DefaultPorts.LlmProxy}");
        }

        return urls;
    }

    private static void Check(bool good, string error)
    {
        if (!good)
        {
            throw new LlmProxyConfigException([error]);
        }
    }
}
