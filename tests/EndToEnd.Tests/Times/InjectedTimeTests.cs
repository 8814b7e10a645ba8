using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Times;

/// <summary>
/// Known delays put into every part of the way are found again, each in its own part of MTBA, over real HTTP through gateway and LLM proxy. What a busy machine adds
/// comes and goes: medians are compared, and another run is made where they are off. Where they are off in every run, the machine is too busy for medians, and the
/// least disturbed actions of all runs are compared: a delay in the wrong part would be in these too.
/// </summary>
[Collection(nameof(RealClock))]
public sealed class InjectedTimeTests(ITestOutputHelper output)
{
    private const int MostRuns = 10;
    private const double Tolerance = 0.005;
    private const double MostUnaccounted = 0.01;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_KnownDelays_AreFoundInTheirOwnPart(bool remote)
    {
        await using var rig = await InjectedTimes.StartAsync(remote, TestContext.Current.CancellationToken);
        // The first run pays for connections and compilation.
        await rig.RunAsync();
        var all = new List<PartError>();
        var unaccounted = double.MaxValue;
        for (var run = 0; run < MostRuns; run++)
        {
            var (session, share) = await rig.RunAsync();
            var errors = Errors(rig, session);
            var wrong = Wrong(errors, Median, share);
            output.WriteLine($"run {run}: {(wrong.Length == 0 ? "as injected" : wrong)}");
            if (wrong.Length == 0)
            {
                return;
            }
            all.AddRange(errors);
            unaccounted = Math.Min(unaccounted, share);
        }
        Assert.Equal("", Wrong(all, Enumerable.Min, unaccounted));
    }

    /// <summary>How much more of each part each action has than was injected.</summary>
    private static List<PartError> Errors(InjectedTimes rig, SessionRecord session)
    {
        var parts = session.Actions.Where(action => action.Status == 200).Select(action => action.Parts!.Value).ToList();
        Assert.Equal((InjectedTimes.Actions, InjectedTimes.Actions, InjectedTimes.Actions), (parts.Count, rig.ModelDelays.Count, rig.TargetDelays.Count));
        return
        [
            // Before the first action there is no think time.
            .. parts.Skip(1).Select(each => new PartError("think", each.Think - InjectedTimes.Think.TotalSeconds)),
            .. parts.Zip(rig.ModelDelays, (each, delay) => new PartError("model", each.Model - delay)),
            .. parts.Select(each => new PartError("gateway", each.Gateway - InjectedTimes.Gateway.TotalSeconds)),
            .. parts.Zip(rig.TargetDelays, (each, delay) => new PartError("target", each.Target - delay)),
        ];
    }

    /// <summary>What is not as it was injected; empty for nothing.</summary>
    private static string Wrong(List<PartError> errors, Func<IEnumerable<double>, double> judge, double unaccounted)
    {
        var wrong = errors.GroupBy(each => each.Part, each => each.Seconds).Select(part => (Part: part.Key, Seconds: judge(part))).Where(each => Math.Abs(each.Seconds) > Tolerance)
            .Select(each => FormattableString.Invariant($"{each.Part} off by {each.Seconds:0.0000} s"));
        return string.Join(", ", unaccounted <= MostUnaccounted ? wrong : wrong.Append(FormattableString.Invariant($"{unaccounted:0.0000} of it unaccounted")));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private readonly record struct PartError(string Part, double Seconds);
}

/// <summary>Tests on the system's clock, which run while no other test does.</summary>
[CollectionDefinition(nameof(RealClock), DisableParallelization = true)]
public sealed class RealClock;
