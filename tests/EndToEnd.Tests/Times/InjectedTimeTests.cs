using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Times;

/// <summary>
/// Known delays put into every part of the way are found again, each in its own part of MTBA, over real HTTP through gateway and LLM proxy. What a busy machine adds
/// comes and goes: medians are compared, and another run is made where they are off.
/// </summary>
[Collection(nameof(RealClock))]
public sealed class InjectedTimeTests(ITestOutputHelper output)
{
    private const int MostRuns = 25;
    private const double Tolerance = 0.005;
    private const double Unaccounted = 0.01;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_KnownDelays_AreFoundInTheirOwnPart(bool remote)
    {
        await using var rig = await InjectedTimes.StartAsync(remote, TestContext.Current.CancellationToken);
        // The first run pays for connections and compilation.
        await rig.RunAsync();
        var wrong = "";
        for (var run = 0; run < MostRuns; run++)
        {
            var (session, unaccounted) = await rig.RunAsync();
            wrong = Judge(rig, session, unaccounted);
            output.WriteLine($"run {run}: {(wrong.Length == 0 ? "as injected" : wrong)}");
            if (wrong.Length == 0)
            {
                return;
            }
        }
        Assert.Fail($"in none of {MostRuns} runs was every delay found in its own part; in the last: {wrong}");
    }

    /// <summary>What is not as it was injected; empty for nothing.</summary>
    private static string Judge(InjectedTimes rig, SessionRecord session, double unaccounted)
    {
        var parts = session.Actions.Where(action => action.Status == 200).Select(action => action.Parts!.Value).ToList();
        Assert.Equal(InjectedTimes.Actions, parts.Count);
        // Before the first action there is no think time.
        var found = new (string Part, double Injected, double Found)[]
        {
            ("think", InjectedTimes.Think.TotalSeconds, Median(parts.Skip(1).Select(each => each.Think))),
            ("model", Median(rig.ModelDelays), Median(parts.Select(each => each.Model))),
            ("gateway", InjectedTimes.Gateway.TotalSeconds, Median(parts.Select(each => each.Gateway))),
            ("target", Median(rig.TargetDelays), Median(parts.Select(each => each.Target))),
        };
        var wrong = found.Where(each => Math.Abs(each.Found - each.Injected) > Tolerance).Select(each => FormattableString.Invariant($"{each.Part} {each.Found:0.0000} s instead of {each.Injected:0.0000} s"));
        return string.Join(", ", unaccounted <= Unaccounted ? wrong : wrong.Append(FormattableString.Invariant($"{unaccounted:0.0000} of it unaccounted")));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : double.NaN;
}

/// <summary>Tests on the system's clock, which run while no other test does.</summary>
[CollectionDefinition(nameof(RealClock), DisableParallelization = true)]
public sealed class RealClock;
