using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Success;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.Shop;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;
using ApeTest.Tests.Shared.Library;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests;

public sealed class OracleCheckTests
{
    private static readonly Uri Url = new("http://127.0.0.1:1/");

    [Fact]
    public async Task Judge_DemonstrationGoal_DerivesWhatTheDemonstrationDeclares()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(ServiceUrls.FreeLoopback);
        await using var shop = builder.AddShop(new ShopOptions()).Build().MapShop();
        await shop.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var document = await http.GetStringAsync(new Uri(new Uri(shop.Urls.First()), ShopExtensions.OpenApiPath), TestContext.Current.CancellationToken);

        var judged = OracleCheck.Judge(Scenario(Goal("buy-coffee", DemonstrationScenario.Goal)), OpenApiImporter.Import(document, Url));

        Assert.Equal("derived", judged.Oracle);
        Assert.Equal(Json(SuccessExpression.Parse(DemonstrationScenario.Success)), Json(judged.Scenario.Goals[0].Success));
        Assert.Equal(
            ["oracle: derived from the goal (declare your own with --success)", "  \"buy two of the cheapest coffee\" -> checkout = 201, then GET /orders/{orderId} = 200"],
            judged.Explanation);
    }

    [Fact]
    public void Judge_AllGoalsDeclared_IsDeclaredAndSilent()
    {
        var judged = OracleCheck.Judge(Scenario(Goal("a", "Zap the widget", "borrowBook=201")), Library());

        Assert.Equal("declared", judged.Oracle);
        Assert.Empty(judged.Explanation);
        Assert.Empty(judged.Derived);
    }

    [Fact]
    public void Judge_OneGoalOfTwoDeclared_DerivesTheOtherAndNamesIt()
    {
        var judged = OracleCheck.Judge(Scenario(Goal("a", "Reserve 'Walden'", "reserveBook=201"), Goal("b", "Borrow 'Dune'")), Library());

        Assert.Equal("derived", judged.Oracle);
        Assert.Equal([1], judged.Derived);
        Assert.Equal("reserveBook", Assert.Single(judged.Scenario.Goals[0].Success).Operation);
        Assert.Equal("  b: \"Borrow 'Dune'\" -> borrowBook = 201, then GET /loans/{loanId} = 200", judged.Explanation[1]);
    }

    [Fact]
    public void Judge_SeveralGoalsThatProveNothing_TellsAllAtOnce()
    {
        var exception = Assert.Throws<ApeTestException>(() =>
            OracleCheck.Judge(Scenario(Goal("a", "Zap the widget"), Goal("b", "Borrow 'Dune'"), Goal("c", "Return all books")), Library()));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains("goal 'a' declares no success, and none can be derived: \"Zap the widget\" is not understood", exception.Message, StringComparison.Ordinal);
        Assert.Contains("goal 'c' declares no success, and none can be derived: \"Return all books\" leaves open how many answers prove it", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("goal 'b'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Say in the scenario what proves 'c', for example  success: returnLoan=200", exception.Hint, StringComparison.Ordinal);
        Assert.Contains("  returnLoan=200  (POST /loans/{loanId}/return)", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ProblemBesideWhatIsClear_SuggestsBoth()
    {
        var exception = Assert.Throws<ApeTestException>(() => OracleCheck.Judge(Scenario(Goal("a", "Borrow 'Dune', then return all books")), Library()));

        Assert.Contains("--success 'borrowBook=201; returnLoan=200'", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_SeveralCandidates_SuggestsNoneOfThem()
    {
        const string Document = """
            {"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{
              "/a":{"post":{"operationId":"makeA","responses":{"201":{"description":"made"}}}},
              "/b":{"post":{"operationId":"makeB","responses":{"201":{"description":"made"}}}}}}
            """;

        var exception = Assert.Throws<ApeTestException>(() => OracleCheck.Judge(Scenario(Goal("a", "Zap the frobnicator")), OpenApiImporter.Import(Document, Url)));

        Assert.Contains("--success 'OPERATION=STATUS'", exception.Hint, StringComparison.Ordinal);
        Assert.Contains("  makeA=201  (POST /a)", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_TargetWithoutDocument_SuggestsARead()
    {
        var exception = Assert.Throws<ApeTestException>(() => OracleCheck.Judge(Scenario(Goal("a", "Borrow 'Dune'")), ToolCatalog.Generic(Url)));

        Assert.Contains("the target has no OpenAPI document", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--success 'GET /path/to/the/result=200'", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_OperationIdAsTheDocumentHasIt_IsTheTool()
    {
        const string Document = """{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/tasks":{"post":{"operationId":"tasks.create","responses":{"201":{"description":"made"}}}}}}""";

        var judged = OracleCheck.Judge(Scenario(Goal("a", "Create a task", "tasks.create=201")), OpenApiImporter.Import(Document, Url));

        Assert.Equal("tasks_create", judged.Scenario.Goals[0].Success[0].Operation);
    }

    [Fact]
    public void Record_DerivedGoal_CanBeLoadedAgainAsDeclared()
    {
        var loaded = ScenarioLoader.Load(new ScenarioSources
        {
            Text = "name: x\ntarget: { url: \"http://127.0.0.1:1\" }\ngoals:\n  - { name: a, goal: Reserve 'Walden', success: reserveBook=201 }\n  - { name: b, goal: Borrow 'Dune' }\n",
            TextName = "test",
        });
        var judged = OracleCheck.Judge(loaded.ThrowIfInvalid(), Library());

        var record = judged.Record(loaded.Resolved);

        Assert.Equal("derived", record.SourceOf("goals[1].success[0].operation"));
        Assert.Null(loaded.Resolved.SourceOf("goals[1].success[0].operation"));
        var again = ScenarioLoader.Load(new ScenarioSources { Text = record.ToYaml(), TextName = "again" });
        Assert.Equal(Json(judged.Scenario.Goals[1].Success), Json(again.ThrowIfInvalid().Goals[1].Success));
        Assert.Equal("declared", OracleCheck.Judge(again.ThrowIfInvalid(), Library()).Oracle);
    }

    private static string Json(IEnumerable<SuccessCondition> conditions) => System.Text.Json.JsonSerializer.Serialize(conditions);

    private static GoalSpec Goal(string name, string text, string? success = null) =>
        new() { Name = name, Goal = text, Success = success is null ? [] : SuccessExpression.Parse(success) };

    private static Scenario Scenario(params GoalSpec[] goals) => new() { Name = "x", Target = new TargetSpec { Url = Url }, Goals = [.. goals] };

    private static ToolCatalog Library()
    {
        using var stream = typeof(LibraryApi).Assembly.GetManifestResourceStream("library-openapi.json")!;
        using var reader = new StreamReader(stream);
        return OpenApiImporter.Import(reader.ReadToEnd(), Url);
    }
}
