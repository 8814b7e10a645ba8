using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Loading;

/// <summary>Loads scenarios from text.</summary>
internal static class Yaml
{
    /// <summary>A scenario without mistakes, six lines long; tests append to it.</summary>
    public const string Minimal = """
        name: shop
        target:
          url: http://127.0.0.1:5080
        goals:
          - goal: Buy coffee.
            success: checkout=201

        """;

    public static ScenarioLoadResult Load(
        string text, Dictionary<string, string>? environment = null, Dictionary<string, string>? commandLine = null, string? directory = null) =>
        ScenarioLoader.Load(new ScenarioSources
        {
            Text = text,
            TextName = "shop.yaml",
            BaseDirectory = directory,
            Environment = environment ?? [],
            CommandLine = commandLine ?? [],
        });

    public static Scenario Valid(string text) => Load(text).ThrowIfInvalid();
}
