using ApeTest.ServiceDefaults.Identity;
using Serilog.Core;
using Serilog.Events;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Notes the current <see cref="RequestIdentity"/> on a log event while it is still on its own thread; lines are written on another.</summary>
internal sealed class IdentityEnricher(string? run) : ILogEventEnricher
{
    // No field of a message can be named so.
    public const string Run = "@run";
    public const string Agent = "@agent";
    public const string Session = "@session";
    public const string Action = "@action";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        var identity = RequestIdentity.Current;
        Add(logEvent, Run, identity?.Run ?? run);
        Add(logEvent, Agent, identity?.Agent);
        Add(logEvent, Session, identity?.Session);
        Add(logEvent, Action, identity?.Action);
    }

    private static void Add(LogEvent logEvent, string name, string? value)
    {
        if (value is not null)
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(value)));
        }
    }
}
