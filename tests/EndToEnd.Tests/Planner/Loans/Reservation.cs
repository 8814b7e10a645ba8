namespace ApeTest.EndToEnd.Tests.Planner.Loans;

internal sealed record Reservation(int Id, string Member, Book Book, string PickupBranch);
