using ApeTest.Scenarios;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Tests.Oracles;

public sealed class JsonPathTests
{
    private const string Document = """{"a":{"b":[{"c":1},{"c":2,"d":3}]},"x y":{"z.w":4},"n":null}""";

    [Theory]
    [InlineData("$.a.b[0].c", "1")]
    [InlineData("$.a.b[-1].c", "2")]
    [InlineData("$.a.b[*].c", "1")]
    [InlineData("$.a.b[*].d", "3")]
    [InlineData("$.a.*[1].c", "2")]
    [InlineData("$['x y']['z.w']", "4")]
    [InlineData("$[\"a\"].b[1].d", "3")]
    [InlineData("$.n", "null")]
    [InlineData("$.a.b[2].c", null)]
    [InlineData("$.a.b[-3]", null)]
    [InlineData("$.a.b.c", null)]
    [InlineData("$.nope", null)]
    [InlineData("$.a.b[*].nope", null)]
    public void TryGet_Path_FindsValue(string path, string? expected)
    {
        var found = JsonPath.Parse(path).TryGet(Some.Json(Document), out var value);

        Assert.Equal(expected, found ? value.GetRawText() : null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("$.")]
    [InlineData("$..a")]
    [InlineData("$[")]
    [InlineData("$[]")]
    [InlineData("$[x]")]
    [InlineData("$['a'")]
    [InlineData("$ a")]
    public void Parse_Malformed_IsInputError(string path) =>
        Assert.Equal(ExitCodes.Input, Assert.Throws<ApeTestException>(() => JsonPath.Parse(path)).ExitCode);
}
