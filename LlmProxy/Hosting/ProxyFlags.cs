using System.Globalization;
using System.Text.Json;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>
/// What a command line says about the proxy, as text: <c>ape-test proxy</c> and the proxy alone share it. A flag wins over the file. Paths are meant from the
/// current directory.
/// </summary>
public sealed record ProxyFlags
{
    /// <summary><c>--config</c>: the proxy's file. Default: the one that <c>APETEST_LLMPROXY__CONFIG</c> names, then none.</summary>
    public string? Config { get; init; }

    /// <summary><c>--model</c>: model of requests that name none.</summary>
    public string? Model { get; init; }

    /// <summary><c>--cassette</c>: file of recorded exchanges.</summary>
    public string? Cassette { get; init; }

    /// <summary><c>--cassette-mode</c>: <c>record</c>, <c>replay</c> or <c>auto</c>.</summary>
    public string? CassetteMode { get; init; }

    /// <summary><c>--cassette-speed</c>: 1 as recorded, 0 without pauses.</summary>
    public string? CassetteSpeed { get; init; }

    /// <summary><c>--budget-file</c>: file that remembers what was spent.</summary>
    public string? BudgetFile { get; init; }

    /// <summary>The options of file and flags. Throws <see cref="LlmProxyConfigException"/> with what is wrong, by file and line or by flag.</summary>
    /// <param name="environment">Environment variables.</param>
    /// <param name="directory">Where relative paths start.</param>
    public LlmProxyOptions ToOptions(Func<string, string?> environment, string directory)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var file = Config ?? (environment(EnvironmentNames.LlmProxyConfig) is { Length: > 0 } named ? named : null);
        var options = file is null ? new LlmProxyOptions { Environment = environment } : ConfigFile.Read(Path.GetFullPath(file, directory), file, environment);
        options.DefaultModel = Model ?? options.DefaultModel;
        options.Budgets.File = BudgetFile is null ? options.Budgets.File : Path.GetFullPath(BudgetFile, directory);
        options.Cassette.File = Cassette is null ? options.Cassette.File : Path.GetFullPath(Cassette, directory);
        options.Cassette.Mode = Mode() ?? options.Cassette.Mode;
        options.Cassette.Speed = Speed() ?? options.Cassette.Speed;
        if (options.Cassette.File is null && (CassetteMode ?? CassetteSpeed) is not null)
        {
            throw Wrong($"{(CassetteMode is null ? "--cassette-speed" : "--cassette-mode")}: there is no cassette; name its file with --cassette FILE");
        }

        return IsModel(options, options.DefaultModel) ? options : throw Wrong($"--model: {ModelRule(options.DefaultModel)}");
    }

    /// <summary>Whether requests may name this model: an alias, or <c>provider/model</c> with a provider that is known.</summary>
    internal static bool IsModel(LlmProxyOptions options, string model)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        return options.Aliases.ContainsKey(model)
            || (slash > 0 && slash < model.Length - 1 && (ProviderRegistry.IsBuiltInName(model[..slash]) || options.Providers.ContainsKey(model[..slash])));
    }

    /// <summary>What is wrong with a model that is not.</summary>
    internal static string ModelRule(string model) =>
        $"\"{model}\" is neither an alias nor provider/model with a provider that is known; write for example ollama/llama3.2";

    private static LlmProxyConfigException Wrong(string error) => new([error]);

    private CassetteMode? Mode() => CassetteMode switch
    {
        null => null,
        "auto" => Options.CassetteMode.Auto,
        "record" => Options.CassetteMode.Record,
        "replay" => Options.CassetteMode.Replay,
        _ => throw Wrong($"--cassette-mode: \"{JsonEncodedText.Encode(CassetteMode)}\" is not record, replay or auto"),
    };

    private double? Speed() => CassetteSpeed switch
    {
        null => null,
        var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && double.IsFinite(speed) => speed,
        var text => throw Wrong($"--cassette-speed: \"{JsonEncodedText.Encode(text)}\" is not a number of at least 0; 1 is as recorded, 10 ten times as fast, 0 without pauses"),
    };
}
