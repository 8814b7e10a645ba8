namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed record StandingOrder(string Id, string Customer, NewStandingOrder Order);
