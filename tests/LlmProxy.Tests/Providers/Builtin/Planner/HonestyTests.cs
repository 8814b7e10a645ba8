using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>What cannot be done is said, and nothing else is done in its place.</summary>
public sealed class HonestyTests
{
    [Theory]
    [InlineData("Log in as ann / {{user.password}}, sing a song, buy a Blue mug.", "")]
    [InlineData("Log in as ann / {{user.password}}, put a Silver spoon into the basket, dance to the moon and place the order.", "")]
    [InlineData("Log in as ann / {{user.password}}, buy a 'Golden unicorn'.", "")]
    [InlineData("Log in as ann / {{user.password}}, put a Silver spoon into the basket, take the 'Golden unicorn' out again and place the order.", "")]
    public void Decide_ShopClauseThatNothingDoes_FailsBeforeTheOrder(string goal, string effects) => Fails(goal, new BasketApi(), effects);

    [Theory]
    [InlineData("Log in as ann / 4321 and transfer 10 EUR from the Holiday account to House.")]
    [InlineData("Log in as ann / 4321 and transfer 10 EUR from Everyday to Holiday.")]
    [InlineData("Log in as ann / 4321 and transfer money from Everyday to House.")]
    [InlineData("Log in as ann / 4321 and block the Mastercard Black because it was lost.")]
    public void Decide_BankNamesNothingThatIsThere_TakesNoOther(string goal) => Fails(goal, new VaultApi(), "");

    [Theory]
    [InlineData("Approve the leave request of Zoe Nobody.", "")]
    [InlineData("Cancel the enrollment of ann@example.com in 'Rowing'.", "")]
    public void Decide_NamedThingIsNotThere_TakesNoOther(string goal, string effects) =>
        Fails(goal, goal.StartsWith("Cancel", StringComparison.Ordinal) ? new GymApi() : new LeaveApi(), effects);

    [Fact]
    public void Decide_NothingDeletes_DeletesInNoOtherWay() => Fails("Log in as ann / {{user.password}} and delete the ticket 'No coffee'.", new RpcApi(), "");

    private static void Fails(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        Assert.True(session.Outcome == "failure" && string.Join("; ", api.Effects) == effects, $"{goal}\n{string.Join("; ", api.Effects)}\n{session}");
    }
}
