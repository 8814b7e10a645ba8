using System.Text;
using ApeTest.Scenarios;
using ApeTest.Targets.OpenApi;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>Documents that are none: what is wrong, and where.</summary>
public sealed class MalformedDocumentTests
{
    private static readonly Uri Base = new("http://127.0.0.1:5080");

    private static string Minimal(string paths, string components = "{}", string version = "3.1.0") =>
        $$"""{"openapi":"{{version}}","info":{"title":"t","version":"1"},"paths":{{paths}},"components":{{components}}}""";

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("<html></html>", "HTML or XML page")]
    [InlineData("{\"openapi\":\"3.0.0\",\n  oops", "line 2, column 3")]
    [InlineData("{\"openapi\":\"3.0.0\",\"openapi\":\"3.0.0\"}", "stands twice")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "$.openapi: is missing")]
    [InlineData("{\"swagger\":\"2.0\"}", "Swagger 2.0 is not supported")]
    [InlineData("{\"openapi\":\"4.0.0\"}", "version '4.0.0' is not supported")]
    [InlineData("{\"openapi\":\"3.0.0\"}", "$.paths: is missing")]
    [InlineData("{\"openapi\":\"3.0.0\",\"paths\":{}}", "holds no operation")]
    [InlineData("{\"openapi\":\"3.0.0\",\"paths\":{\"/a\":5}}", "$.paths['/a']: must be an object")]
    [InlineData("{\"openapi\":\"3.0.0\",\"paths\":{\"a\":{\"get\":{}}}}", "must begin with '/'")]
    [InlineData("openapi: 3.0.0\npaths: {a: [}", "line 2")]
    [InlineData("openapi: 3.0.0\npaths: *nowhere", "alias")]
    [InlineData("\u0001\u0002binary", "malformed")]
    public void Import_Malformed_SaysWhatAndWhere(string document, string expected)
    {
        var exception = Assert.Throws<ApeTestException>(() => OpenApiImporter.Import(document, Base));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#/components/schemas/Nope", "points to nothing")]
    [InlineData("other.yaml#/X", "points outside the document")]
    public void Import_DanglingReference_NamesIt(string reference, string expected)
    {
        var exception = Assert.Throws<ApeTestException>(() => OpenApiImporter.Import(
            Minimal($$$"""{"/x":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"{{{reference}}}"} } } },"responses":{} } } }"""), Base));

        Assert.Contains(reference, exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("$.paths['/x'].post.requestBody", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_CircularParameterReference_IsAnError() =>
        Assert.Throws<ApeTestException>(static () => OpenApiImporter.Import(
            Minimal("""{"/x":{"get":{"parameters":[{"$ref":"#/components/parameters/A"}],"responses":{}}}}""", """{"parameters":{"A":{"$ref":"#/components/parameters/A"}}}"""), Base));

    [Fact]
    public void Import_BillionLaughs_IsRefused()
    {
        var yaml = new StringBuilder("openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var exception = Assert.Throws<ApeTestException>(() => OpenApiImporter.Import(yaml.ToString(), Base));

        Assert.Contains("unfolds to more than", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_DeepYaml_IsRefused() =>
        Assert.Contains("nested deeper", Assert.Throws<ApeTestException>(static () => OpenApiImporter.Import("a: " + new string('[', 500) + new string(']', 500), Base)).Message, StringComparison.Ordinal);

    [Fact]
    public void Import_DeepJson_IsRefused() =>
        Assert.Throws<ApeTestException>(static () => OpenApiImporter.Import("{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}", Base));
}
