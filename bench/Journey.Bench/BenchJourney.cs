using System.Diagnostics.Metrics;
using System.Text;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Planning;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Journey_Bench;

/// <summary>The journey of bench/journey.sh (bench/peers/ape.yaml), compiled, with one agent, its policy counting for somebody who listens, and an answer for each step.</summary>
internal sealed class BenchJourney : IDisposable
{
    private const long Seed = 7;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly RawExchange[] _answers;
    private long _measured;

    public BenchJourney()
    {
        _listener.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _measured += value);
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => _measured++);
        _listener.Start();

        var directory = Directory.CreateTempSubdirectory("apetest-bench");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "users.csv"), "name,password\nuser-1,pass-1\nuser-2,pass-2\n");
            var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ape.yaml"))
                .Replace("@URL@", "http://127.0.0.1:5080", StringComparison.Ordinal).Replace("@USERS@", "2", StringComparison.Ordinal).Replace("@SECONDS@", "10", StringComparison.Ordinal);
            var scenario = ScenarioLoader.Load(new ScenarioSources { Text = text, TextName = "ape.yaml", BaseDirectory = directory.FullName }).ThrowIfInvalid();
            var policy = new TargetPolicy(
                new GatewayFile { Targets = [new TargetOptions { Name = "target", Url = "http://127.0.0.1:5080" }] },
                new TargetMetrics(_services.GetRequiredService<IMeterFactory>()));
            var plan = JourneyPlan.Compile(RunPlanner.Create(scenario, "bench", Seed), (operation, server, method) => new RawRoute(policy, "target", operation, server, method));
            (Policy, Journey, Values) = (policy, plan.Journeys[0], plan.CreateValues());
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        _answers =
        [
            Answer(200, """{"token":"t00000001d60f4739c64c0583","userId":"u1"}"""),
            Answer(200, $$"""{"items":[{{string.Join(',', Enumerable.Range(60, 20).Select(i => $$"""{"id":"p{{i:0000}}","name":"Coffee no. {{i}}","price":3.50,"stock":1000,"roast":"medium"}"""))}}],"page":3}"""),
            Answer(201, """{"id":"ca024e47f91554db1","items":2}"""),
            Answer(201, """{"orderId":"o17","status":"paid"}"""),
            Answer(204, ""),
        ];
        for (var session = 0; session < 3; session++)
        {
            Begin(session);
            for (var step = 0; step < Journey.Steps.Length; step++)
            {
                Render(step);
                Read(step);
            }
        }
    }

    public TargetPolicy Policy { get; }

    public CompiledJourney Journey { get; }

    public JourneyValues Values { get; }

    public RawRequest Request { get; } = new();

    /// <summary>What the target of bench/journey.sh answers to a step, from 0.</summary>
    public RawExchange AnswerTo(int step) => _answers[step];

    public void Begin(int session) => Values.Begin(Seed, 0, session, Journey);

    /// <summary>Renders a step; the values of the steps before must be there.</summary>
    public int Render(int step) => Journey.Steps[step].TryRender(Values, Request, out var problem) ? Request.Body.Length : throw new InvalidOperationException(problem);

    /// <summary>Reads the answer to a step that was rendered last.</summary>
    public void Read(int step)
    {
        var result = Journey.Steps[step].Read(_answers[step], Values);
        if (!result.IsOk)
        {
            throw new InvalidOperationException($"{result.ErrorType}: {result.Detail}");
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private static RawExchange Answer(int status, string body)
    {
        var head = new StringBuilder();
        var fields = new List<(int Name, int NameLength, int Value, int ValueLength)>();
        foreach (var (name, value) in new[] { ("Content-Length", $"{body.Length}"), ("Content-Type", "application/json"), ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("Server", "Kestrel") })
        {
            fields.Add((head.Length, name.Length, head.Length + name.Length + 2, value.Length));
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        var exchange = new RawExchange { Status = status, Body = Encoding.UTF8.GetBytes(body), BodyLength = body.Length };
        exchange.Headers.SetBlock(Encoding.ASCII.GetBytes(head.ToString()));
        fields.ForEach(field => exchange.Headers.Add(field.Name, field.NameLength, field.Value, field.ValueLength));
        return exchange;
    }
}
