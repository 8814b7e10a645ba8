using ApeTest.Targets.Sessions.Cookies;

namespace ApeTest.Targets.Journeys;

/// <summary>What an agent's setup for a journey left: values and cookies that each of its sessions begins with.</summary>
internal sealed class AgentStart
{
    public AgentStart(ValueArena values, CookieJar cookies, JourneyPlan plan)
    {
        Values = new ValueArena(plan.Table.Count);
        Values.Restore(values);
        Cookies = new CookieJar(plan.Time);
        Cookies.Restore(cookies);
    }

    public ValueArena Values { get; }

    public CookieJar Cookies { get; }
}
