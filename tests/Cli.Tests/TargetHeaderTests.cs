using ApeTest.Cli.Input;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

public sealed class TargetHeaderTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["TOKEN"] = "hush-1", ["PASSWORD"] = "p:w", ["ODD"] = "a${b}c", ["EMPTY"] = "" };

    private static readonly string[] Target = ["--target", "http://127.0.0.1:9", "--goal", "g", "--success", "x"];

    [Theory]
    [InlineData("bearer:plain", "Authorization", "Bearer plain")]
    [InlineData("Bearer:$TOKEN", "Authorization", "Bearer hush-1")]
    [InlineData("bearer:${TOKEN}", "Authorization", "Bearer hush-1")]
    [InlineData("bearer:a${TOKEN}b", "Authorization", "Bearer ahush-1b")]
    [InlineData("bearer:$2a$10$x", "Authorization", "Bearer $2a$10$x")]
    [InlineData("bearer:$ODD", "Authorization", "Bearer a$${b}c")]
    [InlineData("basic:ann:secret", "Authorization", "Basic YW5uOnNlY3JldA==")]
    [InlineData("basic:ann:$PASSWORD", "Authorization", "Basic YW5uOnA6dw==")]
    [InlineData("header:X-Api-Key:$TOKEN", "X-Api-Key", "hush-1")]
    public void ParseAuth_EachScheme_IsAHeader(string text, string name, string value) =>
        Assert.Equal(new TargetHeader(name, value), TargetHeader.ParseAuth(text, Variables));

    [Theory]
    [InlineData("hush-1", "--auth names no scheme")]
    [InlineData("", "--auth names no scheme")]
    [InlineData("baerer:hush-1", "--auth has the unknown scheme 'baerer'")]
    [InlineData("hush-1:hush-1", "--auth has an unknown scheme")]
    [InlineData("bearer:", "--auth lacks the token")]
    [InlineData("bearer:$NOPE", "--auth takes the environment variable NOPE, which is not set")]
    [InlineData("bearer:$EMPTY", "--auth takes the environment variable EMPTY, which is not set")]
    [InlineData("bearer:${hush-1", "--auth holds a broken ${VAR}")]
    [InlineData("bearer:hush-1\r\nX: y", "line break")]
    [InlineData("basic:ann", "--auth lacks the password")]
    [InlineData("basic::hush-1", "--auth lacks the user")]
    [InlineData("header:X-Key", "--auth lacks the value")]
    [InlineData("header:X Key:hush-1", "--auth does not begin with the name of a header")]
    [InlineData("header::hush-1", "--auth has no name before the colon")]
    public void ParseAuth_Wrong_SaysWhatWithoutTheCredential(string text, string message)
    {
        var exception = Assert.Throws<ApeTestException>(() => TargetHeader.ParseAuth(text, Variables));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.NotNull(exception.Hint);
        Assert.DoesNotContain("hush-1", exception.Message + exception.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Tenant", "has no colon")]
    [InlineData(": 7", "has no name before the colon")]
    [InlineData("X Tenant: 7", "does not begin with the name of a header")]
    [InlineData("X-Tenant:", "gives X-Tenant no value")]
    [InlineData("X-Tenant: 7\nX-More: 8", "line break")]
    [InlineData("X\"]-Tenant: 7", "does not begin with the name of a header")]
    public void Parse_Wrong_SaysWhat(string text, string message)
    {
        var exception = Assert.Throws<ApeTestException>(() => TargetHeader.Parse(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
    }

    [Fact]
    public async Task Validate_HeadersAndAuth_AreMergedAndRedacted()
    {
        using var cli = new CliHarness();
        cli.Variables["TOKEN"] = "hush-1";
        cli.Variables["KEY"] = "hush-2";
        cli.Directory.Write("s.yaml", "target: { url: http://127.0.0.1:9, headers: { X-Old: \"1\", X-New: \"1\" } }\ngoals: [ { goal: g, success: x } ]\n");

        var result = await cli.RunAsync("validate", "s.yaml", "--header", "x-new: 2", "--header", "X-Custom: $KEY", "--auth", "bearer:$TOKEN", "--insecure");

        Assert.Equal(string.Empty, result.Error);
        Assert.Contains("X-Old: \"1\" # file:1", result.Out, StringComparison.Ordinal);
        Assert.Contains("X-New: \"2\" # cli:--header", result.Out, StringComparison.Ordinal);
        Assert.Contains("X-Custom: \"***\" # cli:--header, redacted, from ${KEY}", result.Out, StringComparison.Ordinal);
        Assert.Contains("Authorization: \"***\" # cli:--auth, redacted", result.Out, StringComparison.Ordinal);
        Assert.Contains("insecure: true # cli:--insecure", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--header gives x-a twice", "--header", "X-A: 1", "--header", "x-a: 2")]
    [InlineData("--auth and --header both give Authorization", "--header", "authorization: x", "--auth", "bearer:x")]
    [InlineData("--header: target.headers.Host: is set by ApeTest itself", "--header", "Host: x")]
    [InlineData("--header: target.headers.X-A: the environment variable NOPE is not set", "--header", "X-A: $NOPE")]
    [InlineData("--header: target.headers.X-A: holds a broken", "--header", "X-A: ${NOPE")]
    public async Task Validate_HeadersThatContradict_Exit2(string expected, params string[] arguments)
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync(["validate", .. Target, .. arguments]);

        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Empty(result.Out);
    }
}
