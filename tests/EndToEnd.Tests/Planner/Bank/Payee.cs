namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed record Payee(string Id, string Customer, string Name, string Iban);
