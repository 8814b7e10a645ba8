namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A model that can be used here.</summary>
/// <param name="Id"><c>provider/model</c>.</param>
/// <param name="Words">What a person should know of it.</param>
internal sealed record FoundModel(string Id, string Words)
{
    /// <summary>The one that is always there.</summary>
    public static FoundModel Planner { get; } = new("builtin/planner", "rules, no language model: no key, no network, no cost");
}
