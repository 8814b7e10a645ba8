using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>What a scenario holds of journeys.</summary>
internal sealed record BoundJourneys(ImmutableArray<JourneySpec> Journeys, ImmutableArray<StepSpec> Setup, ImmutableArray<StepSpec> Teardown);

/// <summary>Binds <c>journeys</c>, and <c>setup</c> and <c>teardown</c> of the run.</summary>
internal static class JourneyBinder
{
    private const string Example = "{ name: browse, steps: [ { get: /products } ] }";

    public static BoundJourneys Bind(ObjectReader root, Feeds feeds, TargetSpec target, UniqueNames names)
    {
        var targets = new RequestTargets(target.Url, target.Hosts);
        var ofRun = new HashSet<string>(StringComparer.Ordinal);
        var steps = new StepBinder(root, feeds, targets);
        var setup = steps.Bind("setup", ofRun);
        var journeys = ImmutableArray.CreateBuilder<JourneySpec>();
        foreach (var reader in root.Objects("journeys", Example))
        {
            journeys.Add(Journey(reader, feeds, targets, names, ofRun));
        }
        var teardown = steps.Bind("teardown", new HashSet<string>(ofRun, StringComparer.Ordinal));
        if (journeys.Count == 0 && root.Take("journeys") is null or SequenceNode { Items.Count: 0 })
        {
            foreach (var field in new[] { "setup", "teardown" })
            {
                if (root.Take(field) is SequenceNode { Items.Count: > 0 } lonely)
                {
                    root.Error(lonely, field, "is done for journeys, and there are none", $"Add for example `journeys: [ {Example} ]`, or remove it.");
                }
            }
        }
        return new BoundJourneys(journeys.ToImmutable(), setup, teardown);
    }

    private static JourneySpec Journey(ObjectReader reader, Feeds feeds, RequestTargets targets, UniqueNames names, HashSet<string> ofRun)
    {
        var before = reader.Context.Errors.Count;
        var binder = new StepBinder(reader, feeds, targets);
        var name = names.Check(reader, reader.Value("name", names.Default, Rules.Name("buy")));
        var weight = reader.Value("weight", 1, Rules.Number("1", 0, 1e9, above: true));
        var think = reader.Optional("think", Rules.Think);
        var timeout = reader.Optional("timeout", Rules.Duration("30s"));

        // In the order in which they are done: each knows what those before it extract.
        var known = new HashSet<string>(ofRun, StringComparer.Ordinal);
        var setup = binder.Bind("setup", known);
        var teardownKnown = new HashSet<string>(known, StringComparer.Ordinal);
        var ofSessions = new StepBinder(reader, feeds, targets);
        var steps = ofSessions.Bind("steps", known);
        var teardown = binder.Bind("teardown", teardownKnown);
        if (!ofSessions.HasRequest && reader.Context.Errors.Count == before)
        {
            reader.Error(reader.Take("steps"), "steps", "a journey needs at least one request", "Write for example `steps: [ { get: /products } ]`.");
        }
        var conditions = new ConditionBinder(reader, feeds, ofSessions.Names, known);
        var journey = new JourneySpec
        {
            Name = name,
            Weight = weight,
            Think = think,
            Timeout = timeout,
            Setup = setup,
            Steps = steps,
            Teardown = teardown,
            Success = conditions.Success(),
            Failure = conditions.Failure(),
        };
        reader.Finish();
        return journey;
    }
}
