using System.Text.Json;
using ApeTest.Cli.Commands.Try;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Tests;

public sealed class SavedConditionTests
{
    [Fact]
    public void Lines_EveryKindOfCondition_LoadAsTheSame()
    {
        var conditions = Load("""
            - { operation: pay, status: [ 200, 202 ], capture: { a: $.id, b: "header:Location regex:/([^/]+)$" }, header: { Location: { contains: /o/ } }, text: "Thank: you", regex: "no\\. \\d" }
            - any: [ "x=2xx; y", { all: [ { operation: z, json: { $.t: { min: 1, not: 3 }, "$.l[0].o": { equals: { k: [ 1, null ] } } } } ] } ]
            - not: { read: "GET /o/{{a}}", as: nobody, status: 2xx }
            - captured: { a: "{{b}}" }
            - state: { v: { exists: true } }
            - not: { not: { any: [ u, v ] } }
            """);

        var saved = string.Join('\n', conditions.SelectMany(SavedCondition.Lines));

        Assert.Equal(JsonSerializer.Serialize(conditions), JsonSerializer.Serialize(Load(saved)));
    }

    private static IEnumerable<SuccessCondition> Load(string conditions) => ScenarioLoader.Load(new ScenarioSources
    {
        Text = $"target: {{ url: \"http://127.0.0.1:5080\" }}\ngoals:\n  - goal: Buy coffee.\n    success:\n      {conditions.ReplaceLineEndings("\n      ")}\n",
        TextName = "shop.yaml",
        Environment = new Dictionary<string, string>(),
        CommandLine = new Dictionary<string, string>(),
    }).ThrowIfInvalid().Goals[0].Success;
}
