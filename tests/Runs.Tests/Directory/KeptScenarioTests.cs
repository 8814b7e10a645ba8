using ApeTest.Runs.Directory;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

/// <summary>What a run keeps of its scenario can be read wherever the run is by then, and run again where it was.</summary>
public sealed class KeptScenarioTests : IDisposable
{
    private const string Yaml = """
        name: kept
        target: { url: "http://127.0.0.1:5080/", headers: { X-Key: "${SHOP_KEY}" } }
        data: { user: { csv: users.csv, order: unique }, place: { json: places.json } }
        secrets: [ user.password ]
        agents: 2
        journeys:
          - name: look
            steps:
              - { name: login, post: /login, headers: { X-Once: "${ONCE}" }, json: { username: "{{user.name}}", password: "{{user.password}}", city: "{{place.at.city}}", who: "{{env.WHO}}" } }
        """;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Read_FeedsOfFilesThatAreGone_HasTheScenarioAndNoSecret()
    {
        var directory = Kept();
        System.IO.Directory.Delete(_temp.Combine("in"), recursive: true);

        var kept = KeptScenario.Read(directory);

        Assert.Equal(["login"], kept.Scenario!.Journeys[0].Steps.Select(static step => step.Operation()));
        Assert.Equal(["name", "password"], kept.Scenario.Data["user"].Columns);
        Assert.Equal(ResolvedScenario.Redacted, kept.Scenario.Target.Headers["X-Key"]);
        Assert.All(System.IO.Directory.EnumerateFiles(directory.Data), static file => Assert.DoesNotContain("pw-of-ann", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.False(kept.IsAddressDrawn);
    }

    [Fact]
    public void Restore_TargetThatWasStartedForTheRun_HasNoAddress()
    {
        const string text = "target: { sample: shop, url: \"http://127.0.0.1:4711/\" }\njourneys: [ { name: j, steps: [ { name: a, get: /a } ] } ]\n";

        Assert.Equal("shop", Load(KeptText.Restore(text, null, static file => file, isAddressDrawn: true).Text!).Target.Sample);
        // Another target that was named in the sample's place stays.
        Assert.Equal(4711, Load(KeptText.Restore(text, null, static file => file).Text!).Target.Url.Port);
    }

    private static Scenarios.Model.Scenario Load(string text) => ScenarioLoader.Load(new ScenarioSources { Text = text }).ThrowIfInvalid();

    private RunDirectory Kept()
    {
        _temp.Write("in/users.csv", "name,password\nann,pw-of-ann\nbob,pw-of-bob\n");
        _temp.Write("in/places.json", """[ { "at": { "city": "Ulm" } } ]""");
        var loaded = ScenarioLoader.Load(new ScenarioSources
        {
            Text = Yaml, BaseDirectory = _temp.Combine("in"), Environment = new Dictionary<string, string> { ["SHOP_KEY"] = "k-123", ["ONCE"] = "o-123", ["WHO"] = "w-123" },
        });
        var directory = RunDirectory.Create(RunDirectory.RunsRoot(_temp.Path), TestRun.Id);
        File.WriteAllText(directory.ScenarioFile, loaded.Resolved.ToYaml());
        RunInput.Keep(directory, loaded.ThrowIfInvalid(), new RunInput { BaseDirectory = _temp.Combine("in") });
        return directory;
    }
}
