using ApeTest.Targets.Http;

namespace ApeTest.Targets.Faults;

/// <summary>The faults in force: decides which requests are hit. Thread-safe.</summary>
public sealed class FaultPlan
{
    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new([]);

    /// <summary>Compiles valid options.</summary>
    public FaultPlan(IReadOnlyList<FaultOptions> faults)
    {
        Faults = faults;
    }

    /// <summary>The faults, in order.</summary>
    public IReadOnlyList<FaultOptions> Faults { get; }

    /// <summary>The fault that hits this request; null for none.</summary>
    public FaultHit? Pick(in TargetRequest request)
    {
        if (Faults.Count == 0)
        {
            return null;
        }
        throw new NotImplementedException();
    }
}
