namespace ApeTest.Gateway.Tests.Configuration;

public sealed class ResilienceReaderTests
{
    private static string[] Errors(string fields) =>
        [.. Files.Errors(Files.Target(fields)).Select(static error => error.Replace("targets[0].", "", StringComparison.Ordinal))];

    [Fact]
    public void Read_Retry_EveryField()
    {
        var retry = Files.Parse(Files.Target("""
            "retry":{"attempts":2,"delay":"50ms","maxDelay":"1s","jitter":false,"on":["connect",503],"methods":["GET","POST"]}
            """)).Targets[0].Retry;

        Assert.Equal((2, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), false), (retry.Attempts, retry.Delay, retry.MaxDelay, retry.Jitter));
        Assert.Equal(["connect", "503"], retry.On);
        Assert.Equal(["GET", "POST"], retry.Methods);
    }

    [Fact]
    public void Read_Breaker_EveryField()
    {
        var breaker = Files.Parse(Files.Target("""
            "circuitBreaker":{"failures":3,"share":0.5,"window":"10s","break":"500ms","on":[500,"timeout"]}
            """)).Targets[0].CircuitBreaker!;

        Assert.Equal((3, 0.5, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500)), (breaker.Failures, breaker.Share, breaker.Window, breaker.Break));
        Assert.Equal(["500", "timeout"], breaker.On);
    }

    [Theory]
    [InlineData("""{"attempts":11}""", "retry.attempts: must be from 0 to 10")]
    [InlineData("""{"attempts":-1}""", "retry.attempts: must be from 0 to 10")]
    [InlineData("""{"attempts":99999999999}""", "retry.attempts: must be from 0 to 10")]
    [InlineData("""{"attempts":1.5}""", "retry.attempts: must be a whole number")]
    [InlineData("""{"attempts":"2"}""", "retry.attempts: must be a whole number")]
    [InlineData("""{"delay":"10s"}""", "retry.delay: is longer than `maxDelay`")]
    [InlineData("""{"delay":"soon"}""", "retry.delay: 'soon' is not a duration")]
    [InlineData("""{"maxDelay":"2h"}""", "retry.maxDelay: must be from 0 to 1h")]
    [InlineData("""{"on":[]}""", "retry.on: is empty")]
    [InlineData("""{"on":["conect"]}""", "retry.on[0]: 'conect' is neither a status nor a kind of failure; did you mean \"connect\"?")]
    [InlineData("""{"on":["whatever",200]}""", "retry.on[0]: 'whatever' is neither", "retry.on[1]: 200 is not a status from 400 to 599")]
    [InlineData("""{"on":["503"]}""", "retry.on[0]: must be a number where it is a status")]
    [InlineData("""{"methods":["get"]}""", "retry.methods[0]: 'get' is not a method")]
    [InlineData("""{"attempt":1}""", "retry.attempt: is not a known field; did you mean `attempts`?")]
    [InlineData("null", "retry: must be an object")]
    public void Read_WrongRetry_NamesFieldRuleAndFix(string retry, params string[] expected) => AssertErrors(expected, Errors($"\"retry\":{retry}"));

    [Theory]
    [InlineData("""{"failures":1}""", "circuitBreaker.failures: must be from 2")]
    [InlineData("""{"share":0}""", "circuitBreaker.share: must be above 0 and at most 1")]
    [InlineData("""{"share":1.01}""", "circuitBreaker.share: must be above 0 and at most 1")]
    [InlineData("""{"window":"499ms","break":"0"}""", "circuitBreaker.window: must be from 500ms to 1d", "circuitBreaker.break: must be from 500ms to 1d")]
    [InlineData("""{"on":["denied"]}""", "circuitBreaker.on[0]: 'denied' is neither a status nor a kind of failure")]
    [InlineData("""{"breaks":"5s"}""", "circuitBreaker.breaks: is not a known field; did you mean `break`?")]
    [InlineData("true", "circuitBreaker: must be an object")]
    public void Read_WrongBreaker_NamesFieldRuleAndFix(string breaker, params string[] expected) => AssertErrors(expected, Errors($"\"circuitBreaker\":{breaker}"));

    private static void AssertErrors(string[] expected, string[] errors)
    {
        Assert.Equal(expected.Length, errors.Length);
        Assert.All(expected.Zip(errors), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }
}
