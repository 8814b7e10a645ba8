using System.Text.Json;
using ApeTest.Gateway.Configuration;
using ApeTest.Targets.Schemas;

namespace ApeTest.Gateway.Tests.Configuration;

/// <summary>The schema that editors use says what the reader says.</summary>
public sealed class GatewaySchemaTests
{
    private static readonly JsonElement Document = Read();
    private static readonly SchemaChecker Schema = SchemaChecker.Compile(Document);

    private static JsonElement Read()
    {
        using var stream = typeof(GatewayOptions).Assembly.GetManifestResourceStream("ape.mcp-gateway.schema.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private static IEnumerable<string> Keys(string? definition) =>
        (definition is null ? Document : Document.GetProperty("$defs").GetProperty(definition)).GetProperty("properties").EnumerateObject().Select(static property => property.Name);

    [Fact]
    public void Keys_AreThoseOfTheReader()
    {
        Assert.Equal(GatewayFileReader.FileKeys, Keys(null));
        Assert.Equal(GatewayFileReader.TargetKeys, Keys("target"));
        Assert.Equal(GatewayFileReader.LimitKeys, Keys("limits"));
        Assert.Equal(ResilienceReader.RetryKeys, Keys("retry"));
        Assert.Equal(ResilienceReader.BreakerKeys, Keys("circuitBreaker"));
        Assert.Equal(FaultReader.Keys, Keys("fault"));
        Assert.Equal(FaultReader.LatencyKeys, Keys("latency"));
        Assert.Equal(AuthReader.RequestKeys, Keys("loginRequest"));
        Assert.All(AuthReader.Types, static type => Assert.Equal(["type", "override", .. type.Keys], Keys($"auth{char.ToUpperInvariant(type.Word[0])}{type.Word[1..]}")));
        Assert.Equal(FaultReader.DistributionNames,
            Document.GetProperty("$defs").GetProperty("latency").GetProperty("properties").GetProperty("distribution").GetProperty("enum").EnumerateArray().Select(static name => name.GetString()!));
    }

    /// <summary>Each default that the schema tells, written out, is the file that leaves them all away.</summary>
    [Fact]
    public void Defaults_AreThoseOfTheOptions()
    {
        var target = Files.Target($"\"retry\":{Defaults("retry")},\"circuitBreaker\":{Defaults("circuitBreaker")},\"timeout\":\"30s\"");
        var written = Files.Parse($"{target[..^1]},\"limits\":{Defaults("limits")}}}");
        var bare = Files.Parse(Files.Target("\"retry\":{},\"circuitBreaker\":{}"));

        Assert.Equal(JsonSerializer.Serialize(bare), JsonSerializer.Serialize(written));

        static string Defaults(string definition) => JsonSerializer.Serialize(Document.GetProperty("$defs").GetProperty(definition).GetProperty("properties").EnumerateObject()
            .Where(static property => property.Value.TryGetProperty("default", out _))
            .ToDictionary(static property => property.Name, static property => property.Value.GetProperty("default")));
    }

    [Theory]
    [InlineData("\"hosts\":[],\"headers\":{},\"timeout\":\"30s\",\"deny\":[],\"allow\":[]", true)]
    [InlineData("\"openapi\":null,\"circuitBreaker\":null", true)]
    [InlineData("\"auth\":{\"type\":\"none\"}", true)]
    [InlineData("\"auth\":{\"type\":\"bearer\",\"token\":\"t\",\"override\":true}", true)]
    [InlineData("\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password\":\"\"}", true)]
    [InlineData("\"auth\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"k\",\"value\":\"v\"}", true)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\",\"json\":{\"a\":1}},\"token\":\"$.t\",\"scope\":\"session\"}", true)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\",\"form\":{\"a\":\"b\"}},\"cookie\":\"sid\"}", true)]
    [InlineData("\"retry\":{\"attempts\":2,\"on\":[\"connect\",503]}", true)]
    [InlineData("\"circuitBreaker\":{\"failures\":2,\"share\":0.5}", true)]
    [InlineData("\"timeout\":\"1m30s\"", true)]
    [InlineData("\"timeout\":\"soon\"", false)]
    [InlineData("\"timeout\":30", false)]
    [InlineData("\"url2\":\"x\"", false)]
    [InlineData("\"headers\":{\"X\":\"a\\nb\"}", false)]
    [InlineData("\"auth\":{}", false)]
    [InlineData("\"auth\":{\"type\":\"bearer\"}", false)]
    [InlineData("\"auth\":{\"type\":\"bearer\",\"token\":\"a b\"}", false)]
    [InlineData("\"auth\":{\"type\":\"basic\",\"user\":\"u\",\"password\":\"p\",\"token\":\"t\"}", false)]
    [InlineData("\"auth\":{\"type\":\"basic\",\"user\":\"a:b\",\"password\":\"p\"}", false)]
    [InlineData("\"auth\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"k\",\"value\":\"v\"}", false)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\"}}", false)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\"},\"token\":\"$.t\",\"cookie\":\"c\"}", false)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\"},\"cookie\":\"c\",\"header\":\"X\"}", false)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"//h\"},\"token\":\"$.t\"}", false)]
    [InlineData("\"auth\":{\"type\":\"login\",\"request\":{\"path\":\"/l\",\"json\":1,\"form\":{\"a\":\"b\"}},\"token\":\"$.t\"}", false)]
    [InlineData("\"retry\":{\"attempts\":11}", false)]
    [InlineData("\"retry\":{\"on\":[]}", false)]
    [InlineData("\"retry\":{\"on\":[\"503\"]}", false)]
    [InlineData("\"retry\":{\"on\":[200]}", false)]
    [InlineData("\"retry\":null", false)]
    [InlineData("\"circuitBreaker\":{\"failures\":1}", false)]
    [InlineData("\"circuitBreaker\":{\"share\":0}", false)]
    public void Target_SchemaAndReader_Agree(string fields, bool valid) => AssertAgree(Files.Target(fields), valid);

    [Theory]
    [InlineData("{\"status\":503,\"retryAfter\":\"2s\",\"name\":\"a\",\"target\":\"shop\",\"route\":\"POST /x/**\",\"share\":0.1,\"seed\":7}", true)]
    [InlineData("{\"latency\":\"200ms\"}", true)]
    [InlineData("{\"latency\":{\"distribution\":\"normal\",\"mean\":\"1s\",\"deviation\":\"1s\",\"max\":\"5s\"}}", true)]
    [InlineData("{\"abort\":true}", true)]
    [InlineData("{\"slowBody\":\"5s\"}", true)]
    [InlineData("{\"throttle\":\"64KB/s\",\"latency\":null}", true)]
    [InlineData("{}", false)]
    [InlineData("{\"abort\":false}", false)]
    [InlineData("{\"latency\":null}", false)]
    [InlineData("{\"status\":200}", false)]
    [InlineData("{\"status\":503,\"share\":0}", false)]
    [InlineData("{\"status\":503,\"share\":2}", false)]
    [InlineData("{\"latency\":{\"distribution\":\"gauss\",\"mean\":\"1s\"}}", false)]
    [InlineData("{\"throttle\":\"64KB\"}", false)]
    [InlineData("{\"delay\":\"1s\"}", false)]
    public void Fault_SchemaAndReader_Agree(string fault, bool valid) => AssertAgree(Files.Fault(fault), valid);

    [Theory]
    [InlineData("""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}],"limits":{"requestBudget":null,"bodyBytes":10485760}}""", true)]
    [InlineData("""{"targets":[]}""", false)]
    [InlineData("""{}""", false)]
    [InlineData("""{"targets":[{"name":"a b","url":"http://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"metrics","url":"http://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"admin","url":"http://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"shop","url":"ftp://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"shop"}]}""", false)]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x"}],"limits":{"bodyBytes":0}}""", false)]
    public void File_SchemaAndReader_Agree(string json, bool valid) => AssertAgree(json, valid);

    private static void AssertAgree(string json, bool valid)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Equal(valid, Schema.IsValid(document.RootElement));
        Assert.Equal(valid, Record.Exception(() => Files.Parse(json)) is null);
    }
}
