using System.Diagnostics;
using System.Text.Json;
using ApeTest.Cli.Tests;
using ApeTest.ServiceDefaults.Logging;
using Serilog.Events;
using Serilog.Parsing;

namespace ApeTest.ServiceDefaults.Tests.Logging;

public class JsonLineFormatterTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 14, 15, 2, 114, TimeSpan.FromHours(1));

    [Fact]
    public void Format_AllShapes_MatchesGoldenFile()
    {
        var lines = new StringWriter();
        var formatter = new JsonLineFormatter("shop");
        formatter.Format(
            Event(
                LogEventLevel.Information,
                "order {OrderId} placed for {Total}",
                ("OrderId", "ord-000001"),
                ("Total", 8.4m),
                ("EventId", new StructureValue([new("Id", new ScalarValue(7)), new("Name", new ScalarValue("order.placed"))])),
                ("SourceContext", "ApeTest.Shop.Orders.Checkout"),
                ("RequestId", "0HN"),
                (IdentityEnricher.Run, "20261121-131502-7f3a"),
                (IdentityEnricher.Agent, "3"),
                (IdentityEnricher.Session, "3-2"),
                (IdentityEnricher.Action, "4")),
            lines);
        formatter.Format(Event(LogEventLevel.Verbose, "plain"), lines);
        formatter.Format(
            Event(
                LogEventLevel.Warning,
                "{Method} took {Duration} of {Items}",
                ("Method", "GET"),
                ("Duration", TimeSpan.FromMilliseconds(41.5)),
                ("Items", new SequenceValue([new ScalarValue(1), new ScalarValue("two"), new ScalarValue(null)])),
                ("Ok", true),
                ("Absent", null),
                ("Msg", "a field named like a key of the line")),
            lines);
        formatter.Format(
            Event(LogEventLevel.Error, "session {Session} of {Run} with {Password}", ("Session", "9-0"), ("Run", "other"), ("Password", "hunter2"), (IdentityEnricher.Session, "3-2")),
            lines);
        formatter.Format(
            Event(LogEventLevel.Debug, "quotes \" newline \n and é", ("Text", "line 1\nline 2")),
            lines);
        Golden.Check("log-lines.jsonl", lines.ToString());
    }

    [Fact]
    public void Format_Exception_IsOneMaskedField()
    {
        var lines = new StringWriter();
        var logEvent = new LogEvent(
            Time, LogEventLevel.Fatal, new InvalidOperationException("refused: Bearer abcdef123456"), new MessageTemplateParser().Parse("failed"), []);
        new JsonLineFormatter("agent").Format(logEvent, lines);

        var line = JsonDocument.Parse(lines.ToString()).RootElement;
        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.Equal("System.InvalidOperationException: refused: Bearer ***", line.GetProperty("exception").GetString());
        Assert.Equal(1, lines.ToString().Count(c => c == '\n'));
    }

    [Fact]
    public void Format_SecretInStructure_IsMaskedEverywhere()
    {
        var lines = new StringWriter();
        var headers = new DictionaryValue([new(new ScalarValue("Set-Cookie"), new ScalarValue("sid=topsecret")), new(new ScalarValue("Accept"), new ScalarValue("*/*"))]);
        new JsonLineFormatter("gateway").Format(Event(LogEventLevel.Information, "headers {Headers}", ("Headers", headers)), lines);

        Assert.DoesNotContain("topsecret", lines.ToString(), StringComparison.Ordinal);
        Assert.Equal("*/*", JsonDocument.Parse(lines.ToString()).RootElement.GetProperty("headers").GetProperty("Accept").GetString());
    }

    [Fact]
    public void Format_EndlessText_IsCut()
    {
        var lines = new StringWriter();
        new JsonLineFormatter("gateway").Format(Event(LogEventLevel.Information, "body", ("Body", new string('x', 1_000_000))), lines);

        Assert.Equal(LogText.MaxLength, JsonDocument.Parse(lines.ToString()).RootElement.GetProperty("body").GetString()!.Length);
    }

    private static LogEvent Event(LogEventLevel level, string template, params (string Name, object? Value)[] fields)
    {
        return new LogEvent(
            Time,
            level,
            null,
            new MessageTemplateParser().Parse(template),
            fields.Select(field => new LogEventProperty(field.Name, field.Value as LogEventPropertyValue ?? new ScalarValue(field.Value))),
            ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
            ActivitySpanId.CreateFromString("b7ad6b7169203331"));
    }
}
