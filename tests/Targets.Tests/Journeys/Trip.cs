using System.Text;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Model.Journeys;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Tests.Journeys;

/// <summary>A journey that a test takes step by step, answering itself.</summary>
internal sealed class Trip
{
    public const string Host = "shop.test:8080";

    private Trip(Scenario scenario, TimeProvider? time, int session, IEnumerable<KeyValuePair<string, string>>? shared)
    {
        Plan = Compile(scenario, time);
        Journey = Plan.Journeys[0];
        Values = Plan.CreateValues(shared is null ? null : Plan.Share(shared));
        Values.Begin(1, 0, session, Journey);
    }

    public JourneyPlan Plan { get; }

    public CompiledJourney Journey { get; }

    public JourneyValues Values { get; }

    public RawRequest Request { get; } = new();

    /// <summary>The request as it would go out, without the default headers; throws where it cannot be rendered.</summary>
    public static JourneyPlan Compile(Scenario scenario, TimeProvider? time = null)
    {
        var policy = Some.Policy(scenario.Target.Url, static options => options.Hosts.Add("other.test"));
        return JourneyPlan.Compile(new RunPlan { Run = "r", Scenario = scenario, Seed = 1, Oracle = "declared", PlanSha256 = "" },
            (operation, server, method) => new RawRoute(policy, "shop", operation, server, method), time);
    }

    public static Scenario Scenario(params StepSpec[] steps) => new()
    {
        Name = "s",
        Target = new TargetSpec { Url = new Uri($"http://{Host}") },
        Journeys = [new JourneySpec { Name = "j", Steps = [.. steps] }],
    };

    public static StepSpec Step(RequestSpec request, string? name = null) => new() { Request = request, Name = name };

    public static RequestSpec Get(string path) => new() { Method = "GET", Path = path };

    public static RequestSpec Post(string path, BodySpec body) => new() { Method = "POST", Path = path, Body = body };

    /// <summary>Extracts <c>x</c> from <c>$.x</c>, so that a template may name it.</summary>
    public static RequestSpec GivesX => Get("/x") with { Extract = Extract(("x", "$.x")) };

    public static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Extract(params (string Name, string Source)[] sources) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(sources.Select(static source => KeyValuePair.Create(source.Name, source.Source)));

    public static Trip Of(params RequestSpec[] steps) => Of(Scenario([.. steps.Select(static step => Step(step))]));

    public static Trip Of(Scenario scenario, TimeProvider? time = null, int session = 0, IEnumerable<KeyValuePair<string, string>>? shared = null) => new(scenario, time, session, shared);

    /// <summary>A trip whose value <c>x</c> is known; its step 1 is <paramref name="request"/>.</summary>
    public static Trip With(string x, RequestSpec request)
    {
        var trip = Of(GivesX, request);
        trip.Render(0);
        Assert.Equal(StepResult.Ok, trip.Answer(0, System.Text.Json.JsonSerializer.Serialize(new { x })));
        return trip;
    }

    public string Render(int step)
    {
        Assert.True(Journey.Steps[step].TryRender(Values, Request, out var problem), problem);
        return Encoding.UTF8.GetString(Request.Target.Span);
    }

    public string Problem(int step)
    {
        Assert.False(Journey.Steps[step].TryRender(Values, Request, out var problem));
        return problem!;
    }

    public string Body => Encoding.UTF8.GetString(Request.Body.Span);

    public string Headers => Encoding.UTF8.GetString(Request.Headers.Span);

    public StepResult Answer(int step, string body, int status = 200, params (string Name, string Value)[] headers) => Journey.Steps[step].Read(Exchange(body, status, headers), Values);

    public string? this[string name] => Values.TryGet(name, out var value) ? value : null;

    public static RawExchange Exchange(string body, int status = 200, params (string Name, string Value)[] headers) => Exchange(Encoding.UTF8.GetBytes(body), status, headers);

    public static RawExchange Exchange(byte[] body, int status = 200, params (string Name, string Value)[] headers)
    {
        var exchange = new RawExchange { Status = status, Body = body, BodyLength = body.Length };
        var block = new ByteBuffer();
        foreach (var (name, value) in headers)
        {
            block.Write(Encoding.UTF8.GetBytes(name + value));
        }
        exchange.Headers.SetBlock(block.Memory);
        var at = 0;
        foreach (var (name, value) in headers)
        {
            var (nameLength, valueLength) = (Encoding.UTF8.GetByteCount(name), Encoding.UTF8.GetByteCount(value));
            exchange.Headers.Add(at, nameLength, at + nameLength, valueLength);
            at += nameLength + valueLength;
        }
        return exchange;
    }
}
