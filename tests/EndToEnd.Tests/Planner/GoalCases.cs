using ApeTest.EndToEnd.Tests.Planner.Bank;
using ApeTest.EndToEnd.Tests.Planner.Loans;
using ApeTest.EndToEnd.Tests.Planner.Shops;
using ApeTest.EndToEnd.Tests.Planner.Tickets;
using ApeTest.EndToEnd.Tests.Planner.Tracker;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>All goals, each with a fresh application.</summary>
internal static class GoalCases
{
    /// <summary>All twenty.</summary>
    public static IReadOnlyList<GoalCase> All() => [.. LoansGoals.All(), .. TicketsGoals.All(), .. BankGoals.All(), .. TrackerGoals.All(), .. ShopGoals.All()];

    /// <summary>The goal of that name.</summary>
    public static GoalCase Named(string name) => All().Single(goal => goal.Name == name);
}
