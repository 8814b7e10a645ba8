using System.Collections.Frozen;
using ApeTest.LlmProxy.Providers.Builtin;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers.Cerebras;
using ApeTest.LlmProxy.Providers.Ollama;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Queueing;
using ApeTest.LlmProxy.Resilience;

namespace ApeTest.LlmProxy.Providers;

/// <summary>The providers by name, each with its gate.</summary>
internal sealed partial class ProviderRegistry : ICassetteReport, IDisposable
{
    private const string OpenAiName = "openai";
    private static readonly string[] BuiltInNames = [BuiltinProvider.ProviderName, CerebrasServer.Name, OpenAiName, OllamaServer.Name];

    private readonly FrozenDictionary<string, ProviderEntry> _providers;
    private readonly Cassette? _cassette;

    /// <summary>Throws <see cref="LlmProxyConfigException"/> for a key or an address in the environment that cannot be one.</summary>
    public ProviderRegistry(LlmProxyOptions options, TimeProvider clock, ILogger<ProviderRegistry>? logger = null)
    {
        var providers = BuiltInNames.Concat(options.Providers.Keys).Distinct(StringComparer.Ordinal)
            .Select(name => (name, settings: options.Providers.TryGetValue(name, out var set) ? set : new ProviderOptions()))
            .Select(entry => (entry.name, entry.settings, provider: Create(entry.name, entry.settings, options, clock)))
            .ToList();
        // Last of what may fail: a wrong key must not leave the file locked.
        _cassette = options.Cassette.File is null ? null : new Cassette(options.Cassette, logger);
        _providers = providers
            .ToFrozenDictionary(
                entry => entry.name,
                entry => new ProviderEntry(
                    _cassette is null ? entry.provider : new CassetteProvider(entry.provider, _cassette, clock),
                    new ProviderBreaker(options.Breaker, clock),
                    new ConcurrencyGate(entry.settings.Concurrency ?? options.Queue.Concurrency, options.Queue.Length, options.Queue.Deadline, clock)),
                StringComparer.Ordinal);
        if (logger is null)
        {
            return;
        }

        foreach (var (name, settings) in options.Providers)
        {
            if (settings.Insecure)
            {
                LogInsecure(logger, name, _providers[name].Provider.Where);
            }

            // A gateway on this host may well be in front of a provider that costs.
            if (settings is { Free: null, BaseUrl: { } url } && name != OllamaServer.Name && new Uri(url).IsLoopback
                && !options.Prices.Keys.Any(model => model.StartsWith(name + "/", StringComparison.Ordinal)))
            {
                LogFree(logger, name, _providers[name].Provider.Where);
            }
        }
    }

    public long LeftOut => _cassette?.Skipped ?? 0;

    public string? Reason => _cassette?.LastReason;

    public IEnumerable<ILlmProvider> All => _providers.Values.Select(entry => entry.Provider).OrderBy(provider => provider.Name, StringComparer.Ordinal);

    public static bool IsBuiltInName(string name) => BuiltInNames.Contains(name);

    public ProviderEntry? Find(string name) => _providers.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var entry in _providers.Values)
        {
            (entry.Provider as IDisposable)?.Dispose();
        }

        _cassette?.Dispose();
    }

    private static ILlmProvider Create(string name, ProviderOptions settings, LlmProxyOptions options, TimeProvider clock)
    {
        if (name == BuiltinProvider.ProviderName)
        {
            return new BuiltinProvider(options.Planner, clock);
        }

        var environment = options.Environment;
        var server = name switch
        {
            CerebrasServer.Name => CerebrasServer.Create(),
            OllamaServer.Name => OllamaServer.Create(SecretSource.Read(environment, "OLLAMA_HOST")),
            OpenAiName => new OpenAiServer
            {
                Name = name,
                BaseUrl = new Uri("https://api.openai.com/v1"),
                KeyVariable = "OPENAI_API_KEY",
                KeyRequired = true,
            },
            _ => new OpenAiServer { Name = name, BaseUrl = new Uri(settings.BaseUrl!) },
        };
        if (settings.BaseUrl is { } url)
        {
            // Another server than the provider's own (vLLM, llama.cpp): whether it wants a key is its own affair.
            server = server with { BaseUrl = new Uri(url), KeyRequired = false };
        }

        var variable = settings.KeyVariable ?? server.KeyVariable;
        var key = settings.Key ?? (variable.Length > 0 ? SecretSource.Read(environment, variable) : null);
        if (key is not null && key.Any(c => c is <= ' ' or > '~'))
        {
            throw new LlmProxyConfigException([$"{(variable.Length > 0 ? variable : $"providers.{name}.key")}: holds a space, a line break or another character that no key has; set it again"]);
        }

        server = server with
        {
            KeyVariable = variable,
            Key = key,
            Free = settings.Free ?? (server.Free || server.BaseUrl.IsLoopback),
            AskUsage = settings.AskUsage,
            MaxCompletionTokens = settings.MaxCompletionTokens ?? server.MaxCompletionTokens,
            Certificates = settings.Insecure ? static (_, _, _, _) => true : null,
        };
        return name switch
        {
            CerebrasServer.Name => new CerebrasProvider(server, options, clock),
            OllamaServer.Name => new OllamaProvider(server, options, clock),
            _ => new OpenAiProvider(server, options, clock),
        };
    }

    [LoggerMessage(EventName = "llm.insecure", Level = LogLevel.Warning,
        Message = "{provider} at {url}: any certificate is accepted (insecure), so whoever stands in between reads the key and every prompt")]
    private static partial void LogInsecure(ILogger logger, string provider, string url);

    [LoggerMessage(EventName = "llm.free_by_loopback", Level = LogLevel.Information,
        Message = "{provider} at {url} is on this host, so models of it without a known price count as free; if it passes calls on to one that costs, give prices or set free to false")]
    private static partial void LogFree(ILogger logger, string provider, string url);
}

/// <summary>A provider and what stands in front of it.</summary>
internal sealed record ProviderEntry(ILlmProvider Provider, ProviderBreaker Breaker, ConcurrencyGate Gate);
