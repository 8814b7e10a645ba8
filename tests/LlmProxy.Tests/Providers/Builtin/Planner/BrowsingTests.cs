using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Targets without a description: pages, and requests that the goal names.</summary>
public sealed class BrowsingTests
{
    [Theory]
    [InlineData("Log in as ann / {{user.password}}, buy two of the 'Blue vase', then log out.", "order 2 vase; out")]
    [InlineData("Open /shop, log in as ann / {{user.password}} and buy the cheapest product.", "order 1 vase")]
    [InlineData("As ann with password {{user.password}}, buy a red rug.", "order 1 rug")]
    [InlineData("Sign in as ann / {{user.password}}, add the desk lamp to the cart and check out.", "order 1 lamp")]
    public void Decide_Pages(string goal, string effects)
    {
        foreach (var hasPages in (ReadOnlySpan<bool>)[true, false])
        {
            var site = new SiteApi(hasPages);
            var session = PlannerSession.Play(goal, site);
            Assert.True(session.Outcome == "success" && string.Join("; ", site.Effects) == effects, $"{goal}\nwanted {effects}\ngot    {string.Join("; ", site.Effects)}\n{session}");
        }
    }

    [Fact]
    public void Decide_PagesWrongPassword_FailsWithTheForm()
    {
        var session = PlannerSession.Play("Log in as ann / wrong and buy a red rug.", new SiteApi(true));
        Assert.True(session.Outcome == "failure" && session.Reason.Contains("/login", StringComparison.Ordinal), session.ToString());
    }

    [Fact]
    public void Decide_PagesNothingOfThatName_FailsAndOrdersNothing()
    {
        var site = new SiteApi(true);
        var session = PlannerSession.Play("Log in as ann / {{user.password}} and buy a 'Bicycle'.", site);
        Assert.True(session.Outcome == "failure" && site.Effects.Count == 0, session.ToString());
    }

    [Fact]
    public void Decide_NamedRequests_AreSentInOrder()
    {
        var session = PlannerSession.Play("GET /health, then POST /items with {\"name\":\"Desk\",\"price\":12}, fetch /items/{id} and finally DELETE /items/{id}.", new RawApi());
        Assert.True(session.Outcome == "success", session.ToString());
        Assert.Equal(["http_get /health", "http_post /items {\"name\":\"Desk\",\"price\":12}", "http_get /items/41", "http_delete /items/41"],
            session.Calls.SkipLast(1).Select(call => $"{call.Tool} {call.Arguments["path"]} {call.Arguments["body"]?.ToJsonString()}".Trim()));
    }

    [Fact]
    public void Decide_NamedRequestRefused_SaysSo()
    {
        var session = PlannerSession.Play("GET /missing.", new RawApi());
        Assert.True(session.Outcome == "failure" && session.Reason.Contains("404", StringComparison.Ordinal), session.ToString());
    }

    private sealed class RawApi : SimulatedApi
    {
        public RawApi()
        {
            Map("http_get", "GET any path - Sends one HTTP request to the target.", "path:string!", arguments => Text(arguments, "path") == "/missing" ? Problem(404, "No such thing.") : new(200, new { ok = true }));
            Map("http_post", "POST any path - Sends one HTTP request to the target.", "path:string! body:object", arguments => new(201, new { id = 41, name = (arguments["body"] as JsonObject)?["name"]?.ToString() }));
            Map("http_delete", "DELETE any path - Sends one HTTP request to the target.", "path:string!", _ => new(204));
        }
    }
}
