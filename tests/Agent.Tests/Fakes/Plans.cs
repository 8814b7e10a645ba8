using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Plans against <see cref="FakeTarget"/>.</summary>
internal static class Plans
{
    public const string Goal = "buy-coffee";

    public static RunPlan Of(Uri target, Func<Scenario, Scenario>? change = null)
    {
        var scenario = new Scenario
        {
            Name = "test",
            Target = new TargetSpec { Url = target, OpenApi = "/openapi.json" },
            Agents = 1,
            Iterations = 1,
            Gateway = GatewayMode.InProcess,
            Llm = new LlmSpec { Model = "test/scripted", Timeout = TimeSpan.FromSeconds(20) },
            Data = ImmutableSortedDictionary<string, FeedSpec>.Empty.Add("user", new FeedSpec
            {
                Columns = ["name", "password"],
                Rows = [["ann", "pw-of-ann"], ["bob", "pw-of-bob"]],
            }),
            Secrets = ["user.password"],
            Goals = [new GoalSpec
            {
                Name = Goal,
                Goal = "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.",
                Success =
                [
                    new SuccessCondition { Operation = "order", Status = 201, Capture = ImmutableSortedDictionary<string, string>.Empty.Add("orderId", "$.id") },
                    new SuccessCondition { Read = "GET /orders/{{orderId}}", Status = 200 },
                ],
            }],
        };
        return new RunPlan
        {
            Run = "20261121-131502-7f3a",
            Scenario = change?.Invoke(scenario) ?? scenario,
            Seed = 42,
            OpenApiDocument = FakeTarget.OpenApi,
            Oracle = "declared",
            PlanSha256 = "",
        };
    }
}
