using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>What is kept between the requests of a session saves time, and changes no answer.</summary>
public sealed class OpenPlansTests
{
    private static readonly SessionIdentity Identity = new("run", "0-0", "trace");

    [Theory]
    [InlineData("Log in as user-0001 / {{user.password}}, buy a mug and two of the cheapest tea, then view the order.")]
    [InlineData("Log in as user-0001 / {{user.password}}, buy two of the cheapest coffee, then log out.")]
    public void Decide_Shop_SaysTheSameWithAndWithoutWhatItKept(string goal) => Same(goal, new ShopApi());

    [Fact]
    public void Decide_RefusalsAndPages_SaysTheSameWithAndWithoutWhatItKept()
    {
        Same("Order 3 of the cheapest lamp and pay by invoice.", new MarketApi());
        Same("Borrow a book by Jane Austen for Ann Lee.", new LendingApi { TellsCopies = false });
        Same("Reject all pending requests of the team Sales with the comment 'too busy'.", new LeaveApi());
    }

    [Fact]
    public void Decide_ManySessionsAtOnce_NoneGetsTheAnswerOfAnother()
    {
        var planner = new RulePlanner(new FakeTimeProvider());
        var sessions = new[] { "Log in as a / pw, buy two mugs.", "Log in as b / pw, buy three mugs." }
            .Select(goal => (Api: new ShopApi(), Messages: PlannerSession.Opening(goal))).ToList();
        for (var i = 0; i < 3; i++)
        {
            foreach (var (api, messages) in sessions)
            {
                var body = PlannerSession.Request(messages, api.Tools);
                var call = planner.Decide(body, Identity).Call!;
                Assert.Equal(new RulePlanner(new FakeTimeProvider()).Decide(body, Identity).Call, call);
                PlannerSession.Append(messages, call, """{"status":200,"body":{"products":[{"id":5,"name":"Mug","price":3}]}}""");
            }
        }
    }

    [Fact]
    public void Take_KeptPlan_GivesItOnce()
    {
        var plans = new OpenPlans(new FakeTimeProvider());
        var plan = Plan();
        plans.Keep(7, plan, 100);
        Assert.Same(plan, plans.Take(7));
        Assert.Null(plans.Take(7));
    }

    [Fact]
    public void Keep_Full_MakesRoomOnlyByWhatIsOld()
    {
        var clock = new FakeTimeProvider();
        var plans = new OpenPlans(clock);
        for (var i = 1; i <= 1000; i++)
        {
            plans.Keep((UInt128)i, Plan(), 60_000);
        }

        Assert.NotNull(plans.Take(1));
        Assert.Null(plans.Take(1000));
        clock.Advance(TimeSpan.FromMinutes(2));
        plans.Keep(1000, Plan(), 60_000);
        Assert.NotNull(plans.Take(1000));
        Assert.Null(plans.Take(2));
    }

    [Fact]
    public void Keep_LongConversation_IsNotKept()
    {
        var plans = new OpenPlans(new FakeTimeProvider());
        plans.Keep(7, Plan(), 10_000_000);
        Assert.Null(plans.Take(7));
    }

    private static PlanEngine Plan()
    {
        var tools = ToolSet.Read("[]"u8);
        return new PlanEngine(new PlanContext("", [], tools, null, new Knowledge(), new Values("", Identity, DateTimeOffset.UnixEpoch)), []);
    }

    private static void Same(string goal, SimulatedApi api)
    {
        var keeping = new RulePlanner(new FakeTimeProvider());
        var messages = PlannerSession.Opening(goal);
        for (var i = 0; i < 25; i++)
        {
            var body = PlannerSession.Request(messages, api.Tools);
            var call = keeping.Decide(body, Identity).Call!;
            // A planner that has seen nothing before thinks the whole conversation through.
            Assert.Equal(new RulePlanner(new FakeTimeProvider()).Decide(body, Identity).Call, call);
            if (call.Tool == "finish")
            {
                return;
            }

            PlannerSession.Append(messages, call, api.Invoke(call.Tool, JsonNode.Parse(call.Arguments)!.AsObject()).ToJsonString());
        }

        Assert.Fail("it did not finish: " + goal);
    }
}
