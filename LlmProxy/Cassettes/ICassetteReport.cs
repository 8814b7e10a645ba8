namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Tells whether a cassette has everything that was asked. Implementations: the proxy's; a test's fake counts.</summary>
public interface ICassetteReport
{
    /// <summary>Exchanges that were not recorded; 0 without a cassette.</summary>
    long LeftOut { get; }

    /// <summary>Why the last of them was not; null where none was left out.</summary>
    string? Reason { get; }
}
