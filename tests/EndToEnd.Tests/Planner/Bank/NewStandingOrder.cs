namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed record NewStandingOrder(string? FromIban, string? ToIban, string? Amount, string? Currency, string? Interval, string? FirstPayment);
