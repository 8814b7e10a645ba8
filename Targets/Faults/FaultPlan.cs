using ApeTest.Targets.Http;

namespace ApeTest.Targets.Faults;

/// <summary>The faults in force: decides which requests are hit. Thread-safe.</summary>
public sealed class FaultPlan
{
    private readonly Fault[] _faults;

    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new([]);

    /// <summary>Compiles valid options.</summary>
    public FaultPlan(IReadOnlyList<FaultOptions> faults)
    {
        Faults = faults;
        var streams = new Dictionary<long, int>();
        _faults = new Fault[faults.Count];
        for (var i = 0; i < _faults.Length; i++)
        {
            streams[faults[i].Seed] = streams.GetValueOrDefault(faults[i].Seed) + 1;
            _faults[i] = new Fault(faults[i], streams[faults[i].Seed]);
        }
    }

    /// <summary>The faults, in order.</summary>
    public IReadOnlyList<FaultOptions> Faults { get; }

    /// <summary>What each fault has hit so far, in order.</summary>
    public IReadOnlyList<FaultCount> Counts() => [.. _faults.Select(static fault => fault.Count)];

    /// <summary>
    /// The fault that hits this request: the first whose target and route name it and whose draw is below its share; null for none. Every
    /// fault that names the request counts and draws, hit or not, so that which requests it draws depends on no other fault.
    /// </summary>
    public FaultHit? Pick(in TargetRequest request)
    {
        FaultHit? hit = null;
        foreach (var fault in _faults)
        {
            if (fault.Draws(in request, out var draw) && hit is null)
            {
                hit = fault.Hit(ref draw);
            }
        }
        return hit;
    }
}

/// <summary>What one fault has hit.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Matching">Requests that its target and route name.</param>
/// <param name="Hits">Those of them that it hit: where an earlier fault of the list did, it is not counted.</param>
public readonly record struct FaultCount(FaultOptions Fault, long Matching, long Hits);
