namespace ApeTest.Gateway.Tests.Configuration;

/// <summary><c>${VAR}</c> in gateway files.</summary>
public sealed class GatewayVariablesTests
{
    private const string Secret = "s3cr3t value";

    [Fact]
    public void Parse_VariablesInEveryKindOfText_AreFilledIn()
    {
        var file = Files.Parse(
            """
            {"targets":[{"name":"${NAME}","url":"http://${HOST}:5080","hosts":["${HOST}:81"],"headers":{"X-A":"a-${NAME}-$${X}"},"timeout":"${TIME}",
             "auth":{"type":"basic","user":"u","password":"${PASS}"},"deny":["GET /${NAME}"]}],
             "faults":[{"target":"${NAME}","latency":"${TIME}"}]}
            """,
            ("NAME", "shop"), ("HOST", "127.0.0.1"), ("TIME", "5s"), ("PASS", Secret));

        var target = file.Targets[0];
        Assert.Equal(("shop", "http://127.0.0.1:5080", "127.0.0.1:81", "a-shop-${X}", "5s", Secret, "GET /shop"),
            (target.Name, target.Url, target.Hosts[0], target.Headers["X-A"], target.Timeout, target.Auth.Password, target.Deny[0]));
        Assert.Equal(("shop", TimeSpan.FromSeconds(5)), (file.Faults[0].Target, file.Faults[0].Latency!.Mean));
    }

    [Theory]
    [InlineData("${MISSING}", "targets[0].auth.token: the environment variable MISSING is not set; set it, for example `export MISSING=...`")]
    [InlineData("${EMPTY}", "targets[0].auth.token: the environment variable EMPTY is not set; set it, for example `export EMPTY=...`")]
    [InlineData("${A:-b}", "targets[0].auth.token: holds a broken `${VAR}`")]
    [InlineData("${", "targets[0].auth.token: holds a broken `${VAR}`")]
    public void Parse_VariableThatIsNotSet_IsNamed(string token, string expected) => Assert.StartsWith(
        expected, Assert.Single(Files.Errors(Files.Target($$"""
            "auth":{"type":"bearer","token":"{{token}}"}
            """), ("EMPTY", ""))), StringComparison.Ordinal);

    [Fact]
    public void Parse_MissingVariable_HasItsLine()
    {
        var exception = Assert.Throws<ApeTest.Scenarios.ApeTestException>(static () => Files.Parse("""
            {"targets":[{"name":"shop","url":"http://x",
              "headers":{
                "X-Key":"${API_KEY}"}}]}
            """));

        Assert.StartsWith("g.json:3: targets[0].headers.X-Key: the environment variable API_KEY is not set", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Every field that a rule judges, with a value that breaks it: the error says which variable, never what it holds.</summary>
    [Theory]
    [InlineData("""{"targets":[{"name":"${V}","url":"http://x"}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"${V}"}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","timeout":"${V}"}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","hosts":["${V}/"]}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","deny":["a ${V} /b"]}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","headers":{"X":"\n${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"bearer","token":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"basic","user":"${V}:","password":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"apiKey","in":"${V}","name":"${V}","value":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"login","request":{"method":"${V}","path":"${V}"},"token":"${V}","scheme":"${V}","header":"${V}","scope":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"login","request":{"path":"/"},"token":"$.${V}["}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","auth":{"type":"login","request":{"path":"/"},"cookie":"${V}"}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x","retry":{"delay":"${V}","on":["${V}"],"methods":["${V}"]}}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x"}],"faults":[{"target":"${V}","route":"a ${V} b","latency":"${V}","throttle":"${V}","slowBody":"${V}"}]}""")]
    [InlineData("""{"targets":[{"name":"shop","url":"http://x"}],"faults":[{"name":"${V}","abort":true},{"name":"${V}","abort":true}]}""")]
    public void Parse_InvalidValueOfAVariable_IsNotShown(string json)
    {
        var exception = Assert.Throws<ApeTest.Scenarios.ApeTestException>(() => Files.Parse(json, ("V", Secret)));

        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("s3cr3t", exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
