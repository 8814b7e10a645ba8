namespace ApeTest.Mini.Bank;

/// <summary>How the bank is seeded and misbehaves.</summary>
public sealed record BankOptions
{
    /// <summary>Money of each account at first, cents. Default 100,000.</summary>
    public long Opening { get; init; } = 100_000;

    /// <summary>Every so many transfers one is taken from the sender and never reaches the receiver: what an oracle over the sums must find. Default 0: none.</summary>
    public int LoseEvery { get; init; }
}
