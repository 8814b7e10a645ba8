using ApeTest.LlmProxy.Hosting;
using ApeTest.LlmProxy.Options;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Hosting;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private LlmProxyOptions Read(string text) => ConfigFile.Read(_directory.Write("proxy.json", text), "proxy.json", _ => null);

    private IReadOnlyList<string> Errors(string text) => Assert.Throws<LlmProxyConfigException>(() => Read(text)).Errors;

    [Fact]
    public void Read_EveryKindOfField_IsTaken()
    {
        var options = Read("""
            {
              // a comment
              "keys": [{ "name": "team", "key": "k", "maxTokens": 100, "maxCostUsd": 1.5, "requestsPerMinute": 60 }],
              "providers": { "vllm": { "baseUrl": "http://127.0.0.1:8000/v1", "keyVariable": "VLLM_KEY", "free": true } },
              "aliases": { "fast": "vllm/x", "best": ["cerebras/gpt-oss-120b", "vllm/x"] },
              "defaultModel": "fast",
              "timeouts": { "firstToken": "1.5s", "total": "2m" },
              "breaker": null,
              "budgets": { "file": "spent.json", "maxRequestsPerRun": 7 },
              "cassette": { "file": "/c.jsonl", "mode": "replay", "speed": 0 },
              "planner": { "ttft": "50ms", "tokensPerSecond": 200 },
              "prices": { "vllm/x": { "prompt": 1, "completion": 2 } },
            }
            """);

        Assert.Equal((1.5m, 60), (options.Keys[0].MaxCostUsd, options.Keys[0].RequestsPerMinute));
        Assert.Equal("VLLM_KEY", options.Providers["vllm"].KeyVariable);
        Assert.Equal(["vllm/x"], options.Aliases["fast"]);
        Assert.Equal(["cerebras/gpt-oss-120b", "vllm/x"], options.Aliases["best"]);
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromMinutes(2)), (options.Timeouts.FirstToken, options.Timeouts.Total));
        Assert.Null(options.Breaker);
        Assert.Equal((Path.Combine(_directory.Path, "spent.json"), 7), (options.Budgets.File, options.Budgets.MaxRequestsPerRun));
        Assert.Equal((Path.GetFullPath("/c.jsonl"), CassetteMode.Replay, 0), (options.Cassette.File, options.Cassette.Mode, options.Cassette.Speed));
        Assert.Equal(TimeSpan.FromMilliseconds(50), options.Planner.Ttft);
        Assert.Equal(2, options.Prices["vllm/x"].Completion);
    }

    [Fact]
    public void Read_WrongShapesAndWrongValues_TellsAllWithTheirLines()
    {
        Assert.Equal(
            [
                "proxy.json:2: keys[0].max_tokens: is not a known field; did you mean \"maxTokens\"?",
                "proxy.json:3: keys[1].key: give the text that clients present, or its SHA-256 in keySha256, and not both",
                "proxy.json:5: providers.vllm.baseUrl: \"ftp://x\" is not an http or https URL, such as http://127.0.0.1:8000/v1",
                "proxy.json:6: timeouts.total: is a number that does not fit; write a duration with its unit, such as \"250ms\", \"30s\", \"5m\" or \"1h\"",
                "proxy.json:7: timeouts.connect: unknown unit \"parsec\" in the duration \"5parsec\"; use ms, s, m or h",
                "proxy.json:8: aliases.a[1]: is a number that does not fit; write a text in quotes",
                "proxy.json:9: defaultModel: \"b\" is neither an alias nor provider/model with a provider that is known; write for example ollama/llama3.2",
            ],
            Errors("""
                {
                  "keys": [{ "name": "a", "key": "k", "max_tokens": 5 },
                           { "name": "b" }],
                  "providers": {
                    "vllm": { "baseUrl": "ftp://x" } },
                  "timeouts": { "total": 5,
                    "connect": "5parsec" },
                  "aliases": { "a": ["builtin/planner", 5] },
                  "defaultModel": "b"
                }
                """));
    }

    [Theory]
    [InlineData("null", "proxy.json:1: the file: is null; write an object, such as { }")]
    [InlineData("[]", "proxy.json:1: the file: is a list; write an object, such as { }")]
    [InlineData("""{ "planner": null }""", "proxy.json:1: planner: is null; leave it out for its default")]
    [InlineData("""{ "keys": {} }""", "proxy.json:1: keys: is an object; write a list, such as [ ]")]
    [InlineData("""{ "keys": [null] }""", "proxy.json:1: keys[0]: is null; write an object, such as { }")]
    [InlineData("""{ "providers": { "vllm": 5 } }""", "proxy.json:1: providers.vllm: is a number that does not fit; write an object, such as { }")]
    [InlineData("""{ "aliases": { "a": null } }""", "proxy.json:1: aliases.a: is null; write one model as a text in quotes, or a list of them")]
    [InlineData("""{ "queue": { "length": 1e12 } }""", "proxy.json:1: queue.length: is a number that does not fit; write a whole number of at most 2147483647")]
    [InlineData("""{ "queue": { "deadline": "99999999999999h" } }""", "proxy.json:1: queue.deadline: is too large")]
    [InlineData("""{ "cassette": { "mode": 1 } }""", "proxy.json:1: cassette.mode: is not one of auto, record, replay")]
    [InlineData("""{ "queue": {}, "queue": {} }""", "proxy.json:1: queue: stands twice; remove one of the two")]
    [InlineData("""{ "Queue": { "length": -1 } }""", "proxy.json:1: queue.length: -1 is negative; 0 means that nothing waits")]
    public void Read_OneMistake_IsTheOnlyError(string text, string error) => Assert.Equal([error], Errors(text));

    [Fact]
    public void Read_PriceTypos_AreToldWithTheirLines() => Assert.Equal(
        [
            "proxy.json:2: prices.gpt-4.1: is not provider/model with a provider that is known; write for example openai/gpt-5",
            "proxy.json:3: prices.openai/gpt-4.1.prompt: -1 is not within 0..1000000; it is in US dollars for a million tokens",
        ],
        Errors("""
            { "prices": {
              "gpt-4.1": { "prompt": 1 },
              "openai/gpt-4.1": { "prompt": -1 } } }
            """));

    [Fact]
    public void Read_NotJson_NamesTheLine() => Assert.StartsWith("proxy.json:2: is not valid JSON", Assert.Single(Errors("{\n nonsense")), StringComparison.Ordinal);

    [Fact]
    public void Read_KeyInAWrongField_IsNotRepeated() =>
        Assert.DoesNotContain("sk-secret", Assert.Single(Errors("""{ "queue": { "length": "sk-secret" } }""")), StringComparison.Ordinal);

    [Fact]
    public void Read_NoSuchFile_SaysHowToNameOne()
    {
        var error = Assert.Throws<LlmProxyConfigException>(() => ConfigFile.Read(Path.Combine(_directory.Path, "none.json"), "none.json", _ => null));

        Assert.StartsWith("none.json: cannot be read: ", error.Errors[0], StringComparison.Ordinal);
        Assert.EndsWith("name a readable file with --config or APETEST_LLMPROXY__CONFIG", error.Errors[0], StringComparison.Ordinal);
    }
}
