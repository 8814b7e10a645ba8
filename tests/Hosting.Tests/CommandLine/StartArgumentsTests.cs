using ApeTest.Hosting.CommandLine;

namespace ApeTest.Hosting.Tests.CommandLine;

public sealed class StartArgumentsTests
{
    [Fact]
    public void All_NothingSaid_StartsAndAsksNobody() => Assert.Equal(["start", "--yes"], new StartArguments().All());

    [Fact]
    public void All_EverythingSaid_IsInTheOrderOfTheHelp()
    {
        var start = new StartArguments
        {
            Scenario = "shop.yaml", Target = static () => "http://127.0.0.1:5080", OpenApi = "/openapi/v1.json", GraphQl = "/graphql", Goal = "Buy a coffee.", Model = "ollama/llama3.2",
            Agents = "50", Duration = TimeSpan.FromSeconds(90), Iterations = 1000, Stack = "http://127.0.0.1:5300", TokenFile = "token",
        };
        start.AddSuccess("checkout=201");
        start.AddThreshold("session_success >= 0.95");
        start.AddThreshold("http_p95 < 300ms");
        Assert.Equal(
        [
            "start", "shop.yaml", "--target", "http://127.0.0.1:5080", "--openapi", "/openapi/v1.json", "--graphql", "/graphql", "--goal", "Buy a coffee.",
            "--model", "ollama/llama3.2", "--agents", "50", "--duration", "90000ms", "--iterations", "1000", "--success", "checkout=201",
            "--threshold", "session_success >= 0.95", "--threshold", "http_p95 < 300ms", "--stack", "http://127.0.0.1:5300", "--token-file", "token", "--yes",
        ], start.All());
    }

    [Fact]
    public void All_ValueOfTheModel_PassesThroughAsItIs()
    {
        var endpoint = new object();
        var start = new StartArguments { Target = () => endpoint };
        Assert.Same(endpoint, start.All().ElementAt(2));
    }

    [Fact]
    public void All_TargetChosenLater_IsAskedAtEachStart()
    {
        var url = "http://127.0.0.1:1";
        var start = new StartArguments { Target = () => url };
        Assert.Contains("http://127.0.0.1:1", start.All());
        url = "http://127.0.0.1:2";
        Assert.Contains("http://127.0.0.1:2", start.All());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void AddThreshold_Empty_IsRefused(string expression) => Assert.Throws<ArgumentException>(() => new StartArguments().AddThreshold(expression));
}
