namespace ApeTest.Mini.Bank;

/// <summary>Body of a login.</summary>
internal sealed record LoginRequest(string? Username, string? Password);
