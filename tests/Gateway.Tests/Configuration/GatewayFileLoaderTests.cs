using System.Text;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Targets.Auth;
using ApeTest.Tests.Shared;

namespace ApeTest.Gateway.Tests.Configuration;

public sealed class GatewayFileLoaderTests
{
    /// <summary>DESIGN 14.5, to the letter.</summary>
    private const string OfTheDesign = """
        {"targets":[{"name":"shop","url":"http://127.0.0.1:5080","openapi":"/openapi/v1.json","hosts":[],
          "auth":{"type":"none"},"headers":{},"timeout":"30s","retry":{"attempts":0},"circuitBreaker":null,
          "deny":[],"allow":[]}],"faults":[],"limits":{"requestBudget":null,"bodyBytes":10485760}}
        """;

    private static readonly Dictionary<string, string> NoVariables = [];

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

    [Fact]
    public void Parse_FullFile_ReadsEveryField()
    {
        var file = Files.Parse(Full);

        var target = Assert.Single(file.Targets);
        Assert.Equal(("shop", "http://127.0.0.1:5080", "/openapi/v1.json", "1m30s", true), (target.Name, target.Url, target.OpenApi, target.Timeout, target.Insecure));
        Assert.Equal(["cdn.example.com", "10.0.0.7:8080"], target.Hosts);
        Assert.Equal(("t1", "DELETE /users/**", "removeOrder"), (target.Headers["x-tenant"], Assert.Single(target.Deny), Assert.Single(target.Allow)));
        Assert.Equal((1000L, 4096L), (file.Limits.RequestBudget, file.Limits.BodyBytes));
    }

    [Fact]
    public void Parse_Defaults_AreThoseOfTheDesign()
    {
        var file = Files.Parse("""{"targets":[{"name":"shop","url":"http://127.0.0.1:5080"}]}""");

        Assert.Equal(("30s", false, null), (file.Targets[0].Timeout, file.Targets[0].Insecure, file.Targets[0].OpenApi));
        Assert.Equal((null, 10485760L), (file.Limits.RequestBudget, file.Limits.BodyBytes));
    }

    [Fact]
    public void Parse_ManyErrors_AllWithTheirLines()
    {
        var exception = Assert.Throws<ApeTestException>(static () => Files.Parse("""
            {
              "targets": [
                { "name": "shop", "url": "ftp://x",
                  "timeout": 30,
                  "rety": {"attempts": 2},
                  "deny": ["nonsense rule here"],
                  "auth": {"type": "bearer"} },
                { "url": "http://x", "hosts": "y", "frobnicate": 1 }
              ],
              "faults": [{"target": "shob", "status": 200}],
              "limits": {"bodyBytes": "big", "requestBudget": 0}
            }
            """));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Equal(
            [
                "g.json:3: targets[0].url: 'ftp://x' is not an absolute http or https URL; write \"http://127.0.0.1:5080\"",
                "g.json:4: targets[0].timeout: must be a text; write it in double quotes",
                "g.json:5: targets[0].rety: is not a known field; did you mean `retry`?",
                "g.json:6: targets[0].deny[0]: 'nonsense rule here' is neither `METHOD /path/glob` nor an operationId; write \"DELETE /orders/*\" or \"deleteOrder\"",
                "g.json:7: targets[0].auth.token: is missing; write \"${API_TOKEN}\"",
                "g.json:8: targets[1].frobnicate: is not a known field; known: name, url, openapi, graphql, hosts, auth, headers, timeout, insecure, retry, circuitBreaker, deny, allow",
                "g.json:8: targets[1].hosts: must be an array; write [ ... ]",
                "g.json:8: targets[1].name: must be 1 to 64 letters, digits, '-' or '_'; write \"shop\"",
                "g.json:10: faults[0].target: 'shob' is not a target; did you mean \"shop\"?",
                "g.json:10: faults[0].status: must be from 400 to 599; write 503",
                "g.json:11: limits.bodyBytes: must be a whole number; write it without quotes or decimals",
                "g.json:11: limits.requestBudget: must be above 0; write null for no limit",
            ],
            exception.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Parse_ExampleOfTheDesign_Loads()
    {
        var file = Files.Parse(OfTheDesign);

        var target = Assert.Single(file.Targets);
        Assert.Equal((AuthType.None, 0, null), (target.Auth.Type, target.Retry.Attempts, target.CircuitBreaker));
        Assert.Empty(file.Faults);
    }

    [Fact]
    public void Parse_MisspeltField_IsNotMissingToo() =>
        Assert.Equal(["targets[0].ur: is not a known field; did you mean `url`?"], Files.Errors("""{"targets":[{"name":"shop","ur":"http://x"}]}"""));

    [Theory]
    [InlineData("admin")]
    [InlineData("MCP")]
    [InlineData("metrics")]
    [InlineData("health")]
    public void Parse_NameOfAPathOfTheGateway_IsAnError(string name) =>
        Assert.StartsWith($"targets[0].name: '{name}' is a path of the gateway itself", Assert.Single(Files.Errors($$"""{"targets":[{"name":"{{name}}","url":"http://x"}]}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("Transfer-Encoding", "chunked", "is set by the gateway itself")]
    [InlineData("X-Ape-Token", "x", "is set by the gateway itself")]
    [InlineData("bad name", "x", "is not a header name")]
    [InlineData("X-A", "a\\r\\nX-B: 2", "holds a line break")]
    [InlineData("X-A", "gr\u00fcn", "beyond ASCII")]
    public void Parse_HeaderThatCannotBeSent_IsAnError(string name, string value, string expected) =>
        Assert.Contains(expected, Assert.Single(Files.Errors(Files.Target($$"""
            "headers":{"{{name}}":"{{value}}"}
            """))), StringComparison.Ordinal);

    [Fact]
    public void Parse_ThousandsOfErrors_ToldUpToALimit()
    {
        var json = $$"""{"targets":[{{string.Join(",", Enumerable.Repeat("1", 5000))}}]}""";

        var lines = Files.Errors(json);

        Assert.Equal(101, lines.Length);
        Assert.Equal("and 4900 more", lines[^1]);
    }

    [Fact]
    public void Parse_ControlCharactersInAValue_AreNotPrinted() =>
        Assert.DoesNotContain('\u001b', Assert.Single(Files.Errors("""{"targets":[{"name":"shop","url":"\u001b[31mred"}]}""")));

    [Theory]
    [InlineData("", "g.json:1: not valid JSON")]
    [InlineData("{\n\"targets\": [\n", "g.json:3: not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "g.json:1: targets: at least one target is needed")]
    [InlineData("{\"targets\":[{\"name\":\"a\",\"name\":\"b\",\"url\":\"http://x\"}]}", "targets[0].name: stands twice")]
    [InlineData("\u0001\u0002", "not valid JSON")]
    [InlineData("{\"targets\":[{\"name\":\"\\ud800\",\"url\":\"http://x\"}]}", "half of a surrogate pair")]
    public void Parse_BrokenFile_SaysWhere(string json, string expected)
    {
        var exception = Assert.Throws<ApeTestException>(() => Files.Parse(json));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeepNesting_IsAnError() => Assert.Throws<ApeTestException>(static () => Files.Parse(new string('[', 1000)));

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "none.json");

        Assert.Contains(path, Assert.Throws<ApeTestException>(() => GatewayFileLoader.Load(path, NoVariables)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_File_WithByteOrderMark_IsRead()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "g.json");
        File.WriteAllText(path, Full, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("shop", GatewayFileLoader.Load(path, NoVariables).Targets[0].Name);
    }

    [Fact]
    public void Load_FileThatIsNotUtf8_SaysSo()
    {
        using var folder = new TempDirectory();
        var path = Path.Combine(folder.Path, "g.json");
        File.WriteAllText(path, Full, Encoding.Unicode);

        Assert.Contains("UTF-8", Assert.Throws<ApeTestException>(() => GatewayFileLoader.Load(path, NoVariables)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseFaults_TextOfAStranger_NamesNoVariable()
    {
        var exception = Assert.Throws<ApeTestException>(static () =>
            GatewayFileLoader.ParseFaults("""{"faults":[{"name":"${PATH}","abort":true}]}"""u8.ToArray(), "body", ["shop"]));

        Assert.Contains("variable PATH is not set", exception.Message, StringComparison.Ordinal);
    }
}
