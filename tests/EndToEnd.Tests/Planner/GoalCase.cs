namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>A goal of <c>Goals/{Name}.yaml</c>, which holds its words and its oracle, with what only the test knows.</summary>
/// <param name="Name">Name of the scenario file.</param>
/// <param name="Sample">The application, fresh.</param>
/// <param name="ByHand">How a person who knows the application would do it.</param>
/// <param name="Facts">What the application must hold afterwards, and nothing else; sorted.</param>
internal sealed record GoalCase(string Name, ISample Sample, Func<Hand, Task> ByHand, params string[] Facts)
{
    /// <summary>The scenario file.</summary>
    public string File => Path.Combine(AppContext.BaseDirectory, "Planner", "Goals", Name + ".yaml");

    /// <summary>What is wrong with the application's state; null where it is as it must be.</summary>
    public async Task<string?> WrongStateAsync(SampleApi api)
    {
        using var client = api.Client();
        var facts = await Sample.FactsAsync(client);
        return facts.Order(StringComparer.Ordinal).SequenceEqual(Facts.Order(StringComparer.Ordinal))
            ? null
            : $"holds [{string.Join(" | ", facts)}], must hold [{string.Join(" | ", Facts)}]";
    }
}
