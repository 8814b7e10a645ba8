using System.Text;
using System.Text.Json;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Schemas;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Configuration;

public sealed class GatewayFileLoaderTests
{
    private const string Full = """
        {
          // a comment
          "$schema": "./ape.mcp-gateway.schema.json",
          "targets": [
            {
              "name": "shop", "url": "http://127.0.0.1:5080", "openapi": "/openapi/v1.json", "hosts": ["cdn.example.com", "10.0.0.7:8080"],
              "headers": {"X-Tenant": "t1"}, "timeout": "1m30s", "insecure": true, "deny": ["DELETE /users/**"], "allow": ["removeOrder"],
            },
          ],
          "limits": {"requestBudget": 1000, "bodyBytes": 4096}
        }
        """;

    private static readonly SchemaChecker Schema = SchemaChecker.Compile(SchemaDocument());

    private static JsonElement SchemaDocument()
    {
        using var stream = typeof(GatewayOptions).Assembly.GetManifestResourceStream("ape.mcp-gateway.schema.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private static GatewayFile Parse(string json) => GatewayFileLoader.Parse(Encoding.UTF8.GetBytes(json), "g.json");

    [Fact]
    public void Parse_FullFile_ReadsEveryField()
    {
        var file = Parse(Full);

        var target = Assert.Single(file.Targets);
        Assert.Equal(("shop", "http://127.0.0.1:5080", "/openapi/v1.json", "1m30s", true), (target.Name, target.Url, target.OpenApi, target.Timeout, target.Insecure));
        Assert.Equal(["cdn.example.com", "10.0.0.7:8080"], target.Hosts);
        Assert.Equal(("t1", "DELETE /users/**", "removeOrder"), (target.Headers["x-tenant"], Assert.Single(target.Deny), Assert.Single(target.Allow)));
        Assert.Equal((1000L, 4096L), (file.Limits.RequestBudget, file.Limits.BodyBytes));
    }

    [Fact]
    public void Parse_Defaults_AreThoseOfTheDesign()
    {
        var file = Parse("""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}]}""");

        Assert.Equal(("30s", false, null), (file.Targets[0].Timeout, file.Targets[0].Insecure, file.Targets[0].OpenApi));
        Assert.Equal((null, 10485760L), (file.Limits.RequestBudget, file.Limits.BodyBytes));
    }

    [Fact]
    public void Parse_ManyErrors_AllWithTheirLines()
    {
        var exception = Assert.Throws<ApeTestException>(static () => Parse("""
            {
              "targets": [
                { "name": "shop", "url": "ftp://x",
                  "timeout": 30,
                  "retry": {"attempts": 2},
                  "deny": ["nonsense rule here"] },
                { "url": "http://x", "hosts": "y" }
              ],
              "faults": [],
              "limits": {"bodyBytes": "big", "requestBudget": 0}
            }
            """));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Equal(
            [
                "g.json:3: targets[0].url: 'ftp://x' is not an absolute http or https URL; write \"http://127.0.0.1:5080\"",
                "g.json:4: targets[0].timeout: must be a text; write it in double quotes",
                "g.json:5: targets[0].retry: is not a known field; known: name, url, openapi, hosts, headers, timeout, insecure, deny, allow",
                "g.json:6: targets[0].deny[0]: 'nonsense rule here' is neither `METHOD /path/glob` nor an operationId; write \"DELETE /orders/*\" or \"deleteOrder\"",
                "g.json:7: targets[1].hosts: must be an array; write [ ... ]",
                "g.json:7: targets[1].name: must be 1 to 64 letters, digits, '-' or '_'; write \"shop\"",
                "g.json:9: faults: is not a known field; known: $schema, targets, limits",
                "g.json:10: limits.bodyBytes: must be a whole number; write it without quotes or decimals",
                "g.json:10: limits.requestBudget: must be above 0; write null for no limit",
            ],
            exception.Message.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("", "g.json:1: not valid JSON")]
    [InlineData("{\n\"targets\": [\n", "g.json:3: not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "g.json:1: targets: at least one target is needed")]
    [InlineData("{\"targets\":[{\"name\":\"a\",\"name\":\"b\",\"url\":\"http://x\"}]}", "targets[0].name: stands twice")]
    [InlineData("\u0001\u0002", "not valid JSON")]
    public void Parse_BrokenFile_SaysWhere(string json, string expected)
    {
        var exception = Assert.Throws<ApeTestException>(() => Parse(json));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeepNesting_IsAnError() => Assert.Throws<ApeTestException>(static () => Parse(new string('[', 1000)));

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "none.json");

        Assert.Contains(path, Assert.Throws<ApeTestException>(() => GatewayFileLoader.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_File_WithByteOrderMark_IsRead()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "g.json");
        File.WriteAllText(path, Full, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("shop", GatewayFileLoader.Load(path).Targets[0].Name);
    }

    [Fact]
    public void Schema_Keys_AreThoseOfTheReader()
    {
        var schema = SchemaDocument();

        Assert.Equal(GatewayFileReader.FileKeys, Names(schema));
        Assert.Equal(GatewayFileReader.TargetKeys, Names(schema.GetProperty("$defs").GetProperty("target")));
        Assert.Equal(GatewayFileReader.LimitKeys, Names(schema.GetProperty("$defs").GetProperty("limits")));
        static IEnumerable<string> Names(JsonElement at) => at.GetProperty("properties").EnumerateObject().Select(static property => property.Name);
    }

    [Theory]
    [InlineData("""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}]}""", true)]
    [InlineData("""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080","hosts":[],"headers":{},"timeout":"30s","deny":[],"allow":[]}],"limits":{"requestBudget":null,"bodyBytes":10485760}}""", true)]
    [InlineData("""{"targets":[]}""", false)]
    [InlineData("""{"targets":[{"name":"a b","url":"http://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"metrics","url":"http://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"shop","url":"ftp://x"}]}""", false)]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x"}],"faults":[]}""", false)]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x"}],"limits":{"bodyBytes":0}}""", false)]
    public void Schema_And_Reader_Agree(string json, bool valid)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Equal(valid, Schema.IsValid(document.RootElement));
        Assert.Equal(valid, Record.Exception(() => Parse(json)) is null);
    }
}
