using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Input;

/// <summary>What a run was made from, for running it again.</summary>
/// <param name="Name">Name in messages.</param>
/// <param name="Text">The scenario.</param>
/// <param name="Seed">Its seed, which its text may not hold.</param>
/// <param name="Input">Where things came from.</param>
internal sealed record KeptInput(string Name, string Text, string Seed, RunInput Input)
{
    /// <summary>Today's flags, with the seed of the run where they name no other.</summary>
    public Dictionary<string, string> With(IReadOnlyDictionary<string, string> flags)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["seed"] = Seed };
        foreach (var (path, text) in flags)
        {
            if (path != "seed" || text != "same")
            {
                all[path] = text;
            }
        }
        return all;
    }
}
