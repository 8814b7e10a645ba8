namespace ApeTest.Scenarios.Model;

/// <summary>Sessions that start in a time: written <c>20/s</c>, <c>600/m</c>, <c>5000/h</c>.</summary>
/// <param name="Count">Sessions, above 0.</param>
/// <param name="Per">One second, minute or hour.</param>
public readonly record struct ArrivalRate(double Count, TimeSpan Per)
{
    /// <summary>Sessions in a second.</summary>
    public double PerSecond => Count / Per.TotalSeconds;
}
