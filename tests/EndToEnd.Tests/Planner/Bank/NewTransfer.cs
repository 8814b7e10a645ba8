namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed record NewTransfer(string? FromIban, string? ToIban, string? Amount, string? Currency, string? Reference);
