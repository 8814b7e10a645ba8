using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Tests.Readiness;

public sealed class JourneyCheckTests
{
    [Fact]
    public void Compile_WhatNoRunAccepts_IsAMistakeInTheInput()
    {
        var scenario = Load();
        var step = scenario.Journeys[0].Steps[0];
        scenario = scenario with { Journeys = [scenario.Journeys[0] with { Steps = [step with { Request = step.Request! with { Path = "/a/../b" } }] }] };

        var exception = Assert.Throws<ApeTestException>(() => JourneyCheck.Compile(scenario));

        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains("segment", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_VariableInAMediaType_Passes() => JourneyCheck.Compile(Load());

    private static Scenario Load() => ScenarioLoader.Load(new ScenarioSources
    {
        Text = "target: { url: \"http://127.0.0.1:5080\" }\njourneys: [ { steps: [ { post: /, text: x, contentType: \"a/{{env.FOO}}\" } ] } ]",
        Environment = new Dictionary<string, string> { ["FOO"] = "b" },
    }).ThrowIfInvalid();
}
