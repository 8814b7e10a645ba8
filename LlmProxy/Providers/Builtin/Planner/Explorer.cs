using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Looks for a thing in every place where such things lie: the tasks of one project after the other, and where those are below something
/// themselves, of one workspace after the other. Bounded, since each look is a call.
/// </summary>
internal sealed class Explorer(PlanContext context, ArgumentFinder arguments)
{
    private const int MostLooks = 12;
    private const int MaxDepth = 3;

    /// <summary>The next look for a <paramref name="noun"/>; null when all places known were seen.</summary>
    public Planned? Next(string noun, Step step) => step.Looks >= MostLooks ? null : Next(noun, step, 0);

    private Planned? Next(string noun, Step step, int depth)
    {
        foreach (var listing in context.Tools.Operations.Where(operation => operation.IsCollection && operation.Noun == noun))
        {
            foreach (var place in Places(listing))
            {
                if (Complete(listing, place, step) && new Planned(listing, place, step, noun) is var call && !context.Knowledge.WasMade(call.Key))
                {
                    step.Looks++;
                    return call;
                }
            }

            foreach (var outer in References(listing).Where(_ => depth < MaxDepth))
            {
                if (outer.Noun != noun && Next(outer.Noun!, step, depth + 1) is { } further)
                {
                    return further;
                }
            }
        }

        return null;
    }

    private static IEnumerable<Parameter> References(Operation operation) => operation.Parameters.Where(parameter => parameter is { InPath: true, Noun: not null });

    // The innermost place knows where it lies itself.
    private IEnumerable<JsonObject> Places(Operation listing)
    {
        var references = References(listing).ToList();
        if (references.Count == 0)
        {
            yield return [];
            yield break;
        }

        var last = references[^1];
        foreach (var thing in context.Knowledge.Things.Where(thing => thing.IsA(last.Noun!)))
        {
            var place = new JsonObject();
            foreach (var reference in references)
            {
                var value = reference == last ? thing.IdFor(last, last.Noun!) : thing.Inner(reference);
                if (value is { } id)
                {
                    place[reference.Name] = Values.Typed(id, reference.Type);
                }
            }

            if (place.Count == references.Count)
            {
                yield return place;
            }
        }
    }

    private bool Complete(Operation listing, JsonObject place, Step step)
    {
        foreach (var parameter in listing.Parameters.Where(parameter => parameter.Required && !place.ContainsKey(parameter.Name)))
        {
            var found = arguments.Find(parameter, listing, step, true, MaxDepth);
            if (!found.HasValue)
            {
                return false;
            }

            place[parameter.Name] = found.Value!.DeepClone();
        }

        return true;
    }
}
