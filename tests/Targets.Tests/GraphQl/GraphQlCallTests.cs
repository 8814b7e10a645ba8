using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.GraphQl;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared.GraphQl;

namespace ApeTest.Targets.Tests.GraphQl;

/// <summary>Against a real endpoint: what it tells of itself, and calls to it.</summary>
public sealed class GraphQlCallTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<GraphQlText> FindAsync(TestTarget target, string where = "/graphql") =>
        await new GraphQlSource(GraphQlProbe.Post(target.Url), target.Url, where).FindAsync(Cancellation);

    [Fact]
    public async Task InvokeAsync_LogInAndBuy_CarriesTheTokenOfItsSession()
    {
        var endpoint = new GraphQlShop(introspection: true);
        await using var target = await TestTarget.StartAsync(endpoint.HandleAsync);
        using var transport = Some.Transport(target.Url);
        var text = await FindAsync(target);
        var tools = GraphQlImporter.Import(text.Text, "/graphql", ToolCatalog.Generic(target.Url), text.Where).CreateTools(transport, "shop", TimeProvider.System);
        var (ann, bob, eve) = (Some.Session(), Some.Session(), Some.Session());
        const string buy = """{"input":{"productId":"7"}}""";

        var login = await tools.InvokeAsync(Some.Call("login", """{"name":"ann","password":"pw"}"""), ann, Cancellation);
        await tools.InvokeAsync(Some.Call("login", """{"name":"bob","password":"pw"}"""), bob, Cancellation);
        var bought = await tools.InvokeAsync(Some.Call("addToCart", buy), ann, Cancellation);
        var other = await tools.InvokeAsync(Some.Call("addToCart", buy), bob, Cancellation);
        var none = await tools.InvokeAsync(Some.Call("addToCart", buy), eve, Cancellation);

        Assert.Equal("$.data.login.token [redacted]", login.Extracted["token"]);
        Assert.Equal("""{"status":200,"body":{"data":{"addToCart":{"id":"t-ann","lines":[]}}}}""", bought.Observation);
        Assert.Contains("t-bob", other.Observation, StringComparison.Ordinal);
        Assert.Equal((ActionOutcome.HttpError, TargetErrors.GraphQlUnauthenticated, 200), (none.Outcome, none.ErrorType, none.Status));
        Assert.Contains("log in first", none.Observation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_ErrorsUnder200_AreAFailureForTheOracleToo()
    {
        var endpoint = new GraphQlShop(introspection: true);
        await using var target = await TestTarget.StartAsync(endpoint.HandleAsync);
        using var transport = Some.Transport(target.Url);
        var tools = GraphQlImporter.Import(GraphQlShop.Schema, "/graphql", ToolCatalog.Generic(target.Url)).CreateTools(transport, "shop", TimeProvider.System);
        var oracle = new DeclaredOracle([new SuccessCondition { Operation = "login", Status = 200 }], target.Url);

        var wrong = await tools.InvokeAsync(Some.Call("login", """{"name":"ann","password":"guess"}"""), Some.Session(), Cancellation);
        oracle.Observe(1, "login", wrong);
        var afterWrong = oracle.IsSatisfiedSoFar;
        oracle.Observe(2, "login", await tools.InvokeAsync(Some.Call("login", """{"name":"ann","password":"pw"}"""), Some.Session(), Cancellation));

        Assert.Equal((ActionOutcome.HttpError, TargetErrors.GraphQl), (wrong.Outcome, wrong.ErrorType));
        Assert.Equal("wrong password", wrong.Exchange!.Value.ErrorMessage);
        Assert.False(afterWrong);
        Assert.True(oracle.IsSatisfiedSoFar);
    }

    [Fact]
    public async Task FindAsync_IntrospectionForbidden_LeavesTheOneTool()
    {
        var endpoint = new GraphQlShop(introspection: false);
        await using var target = await TestTarget.StartAsync(endpoint.HandleAsync);
        using var transport = Some.Transport(target.Url);

        var text = await FindAsync(target);
        var tools = GraphQlImporter.Import(text.Text, "/graphql", ToolCatalog.Generic(target.Url)).CreateTools(transport, "shop", TimeProvider.System);
        var state = Some.Session();
        await tools.InvokeAsync(Some.Call("graphql", """{"query":"mutation { login(name:\"ann\") { token } }","variables":{"name":"ann","password":"pw"}}"""), state, Cancellation);
        var result = await tools.InvokeAsync(Some.Call("graphql", """{"query":"{ version }"}"""), state, Cancellation);

        Assert.Null(text.Text);
        Assert.Contains("does not tell its schema (GraphQL introspection is not allowed)", text.Refusal, StringComparison.Ordinal);
        Assert.Equal(["graphql", "state_update"], tools.Specs.Select(static spec => spec.Name));
        Assert.Equal("t-ann", state.BearerToken);
        Assert.Equal("""{"status":200,"body":{"data":{"version":"7"}}}""", result.Observation);
        Assert.Equal("{ version }", endpoint.Queries.Last());
    }

    [Theory]
    [InlineData("/nothing", ExitCodes.Input, "the server answered 404")]
    [InlineData("graphql", ExitCodes.Input, "target.graphql: 'graphql' must begin with one '/'")]
    public async Task FindAsync_NoEndpoint_SaysSo(string where, int exit, string expected)
    {
        await using var target = await TestTarget.StartAsync(new GraphQlShop(introspection: true).HandleAsync);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => FindAsync(target, where));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Equal(exit, exception.ExitCode);
    }

    [Fact]
    public async Task FindAsync_Unreachable_IsTheEnvironmentsFault()
    {
        var target = await TestTarget.StartAsync(new GraphQlShop(introspection: true).HandleAsync);
        await target.DisposeAsync();

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => FindAsync(target));

        Assert.Equal(ExitCodes.Environment, exception.ExitCode);
    }
}
