namespace ApeTest.Mini.Bank;

/// <summary>Body of a new transfer.</summary>
internal sealed record TransferRequest(string? To, long? Amount);
