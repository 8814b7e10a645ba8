using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

public sealed class ShopPlannerTests
{
    private const string Goal = "Log in as user-0001 / {{user.password}}, buy two of the cheapest coffee, then log out.";

    [Fact]
    public void Decide_DefaultGoal_TakesTheShortestWay()
    {
        var shop = new ShopApi();
        var session = PlannerSession.Play(Goal, shop);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal(["login", "listProducts", "addToCart", "checkout", "logout", "finish"], session.Tools);
        Assert.Equal([(3, 2)], shop.Ordered);
    }

    [Theory]
    [InlineData("Sign in with username user-0001 and password {{user.password}}. Buy 3 of the most expensive tea and sign out.", 4, 3)]
    [InlineData("As user-0001 with password {{user.password}}, purchase a mug.", 5, 1)]
    [InlineData("Log in as user-0001 with password {{user.password}}, find the cheapest tea, add it to the cart and check out.", 6, 1)]
    [InlineData("Please log in as \"user-0001\" / \"{{user.password}}\", order the product 'House blend' and then log out", 3, 1)]
    public void Decide_OtherWords_BuysWhatIsMeant(string goal, int product, int quantity)
    {
        var shop = new ShopApi();
        var session = PlannerSession.Play(goal, shop);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(shop.Ordered.SequenceEqual([(product, quantity)]), session.ToString());
    }

    [Fact]
    public void Decide_TwoThings_ChecksOutOnce()
    {
        var shop = new ShopApi();
        var session = PlannerSession.Play("Log in as user-0001 / {{user.password}}, buy a mug and two of the cheapest tea, then view the order.", shop);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(shop.Ordered.SequenceEqual([(5, 1), (6, 2)]), session.ToString());
        Assert.Single(session.Tools, "checkout");
        Assert.True(session.Tools.Contains("getOrder"), session.ToString());
    }

    [Fact]
    public void Decide_GoneAtCheckout_TakesTheNextCheapest()
    {
        var shop = new ShopApi { GoneAtCheckout = 3 };
        var session = PlannerSession.Play(Goal, shop);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.True(shop.Ordered.SequenceEqual([(1, 2)]), session.ToString());
        Assert.True(shop.LoggedOut);
    }

    [Fact]
    public void Decide_TokenExpires_LogsInAgainOnce()
    {
        var shop = new ShopApi { ExpireOnce = true };
        var session = PlannerSession.Play(Goal, shop);
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal(["login", "listProducts", "addToCart", "login", "addToCart", "checkout", "logout", "finish"], session.Tools);
    }

    [Fact]
    public void Decide_Unavailable_SendsTheSameAgain()
    {
        var session = PlannerSession.Play(Goal, new ShopApi { Unavailable = 2 });
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal(3, session.Tools.Count(tool => tool == "listProducts"));
    }

    [Fact]
    public void Decide_WrongPassword_FailsWithTheReason()
    {
        var session = PlannerSession.Play("Log in as user-0001 / wrong, buy a mug.", new ShopApi());
        Assert.Equal("failure", session.Outcome);
        Assert.Contains("401", session.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_NothingOfThatName_FailsAndBuysNothing()
    {
        var shop = new ShopApi();
        var session = PlannerSession.Play("Log in as user-0001 / {{user.password}}, buy a bicycle.", shop);
        Assert.True(session.Outcome == "failure", session.ToString());
        Assert.Empty(shop.Ordered);
    }

    [Fact]
    public void Decide_NothingMatches_NamesTheWords()
    {
        var session = PlannerSession.Play("Translate the poem into French.", new ShopApi());
        Assert.Equal("failure", session.Outcome);
        Assert.Equal(["finish"], session.Tools);
    }

    [Fact]
    public void Decide_Register_UsesTheNamesOfTheGoal()
    {
        var session = PlannerSession.Play("Register as new-9 with password {{user.password}}.", new ShopApi());
        Assert.Equal("register", session.Calls[0].Tool);
        Assert.Equal("new-9", session.Calls[0].Arguments["username"]!.ToString());
        Assert.Equal("{{user.password}}", session.Calls[0].Arguments["password"]!.ToString());
    }
}
