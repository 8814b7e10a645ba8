using ApeTest.Cli.Input;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>What is examined: the machine, and the scenario with which it would run.</summary>
internal sealed class Patient
{
    // The sample shop has no port yet.
    private static readonly Uri ShopToCome = new("http://127.0.0.1:1/");

    public Patient(CliEnvironment environment, IMachine machine, string? scenario)
    {
        (Environment, Machine) = (environment, machine);
        ScenarioFile = scenario ?? (File.Exists(environment.Absolute(ScenarioInput.DefaultFile)) ? ScenarioInput.DefaultFile : null);
        Loaded = ScenarioLoader.Load(ScenarioFile is null
            ? new ScenarioSources { Text = DemonstrationScenario.Text(ShopToCome), TextName = "sample shop", Environment = environment.Variables }
            : new ScenarioSources { File = environment.CurrentDirectory == System.Environment.CurrentDirectory ? ScenarioFile : environment.Absolute(ScenarioFile), Environment = environment.Variables });
    }

    public CliEnvironment Environment { get; }

    public IMachine Machine { get; }

    /// <summary>The scenario's file as it was named; null: there is none, and a run would be the demonstration.</summary>
    public string? ScenarioFile { get; }

    /// <summary>What the loader says of it.</summary>
    public ScenarioLoadResult Loaded { get; }

    /// <summary>The scenario; null where it cannot be loaded.</summary>
    public Scenario? Scenario => Loaded.IsValid ? Loaded.Scenario : null;

    /// <summary>Whether the target is one that start brings up itself.</summary>
    public bool IsTargetHere => ScenarioFile is null || Scenario?.Target.Sample is not null;
}
