namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>A way to a goal: learns from the calls that were made, in their order, and says which is next.</summary>
internal interface IWay
{
    /// <summary>Learns from a call that was made.</summary>
    void Observe(PastCall past);

    /// <summary>The next call; null when all is done or nothing more can be done.</summary>
    Suggestion? Suggest();

    /// <summary>Why nothing more can be done; null when all is well. Known once <see cref="Suggest"/> gave nothing.</summary>
    string? Stuck { get; }
}
