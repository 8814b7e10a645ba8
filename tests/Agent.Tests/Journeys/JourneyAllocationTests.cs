using System.Text;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>What a session costs that succeeds and is not sampled.</summary>
public sealed class JourneyAllocationTests
{
    private const int Sessions = 1000;
    private const long MostBytes = 1000;

    [Fact]
    public async Task RunAsync_FiveStepsThatSucceed_AllocateNextToNothing()
    {
        await using var harness = new JourneyHarness("""
            agents: 1
            telemetry: { sample: 0 }
            data: { user: { rows: [ { name: ann, password: pw-of-ann }, { name: bob, password: pw-of-bob } ] } }
            secrets: [ user.password ]
            journeys:
              - name: buy
                think: 1s..2s
                steps:
                  - { name: login, post: /login, json: { name: "{{user.name}}", password: "{{user.password}}" }, extract: { token: $.token }, check: 200 }
                  - { name: list, get: /products, headers: { Authorization: "Bearer {{token}}" }, extract: { product: "$.items[0].id" } }
                  - group: basket
                    steps:
                      - { name: cart, post: /cart, headers: { Authorization: "Bearer {{token}}" }, json: { productId: "{{product}}" }, extract: { cart: $.id } }
                      - { name: checkout, post: /checkout, headers: { Authorization: "Bearer {{token}}" }, json: { cartId: "{{cart}}" } }
                  - { name: logout, post: /logout, headers: { Authorization: "Bearer {{token}}" } }
            """, transport: new CannedRaw());
        // The fake thread keeps a list of its pauses.
        harness.Thread.Pauses.Capacity = 8 * Sessions;
        Run(harness, Sessions / 2);
        harness.Metrics();
        Run(harness, 10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(harness, Sessions);
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Sessions;

        Assert.InRange(bytes, 0, MostBytes);
        var metrics = harness.Metrics();
        Assert.Equal((Sessions + 10, 5 * (Sessions + 10)), (metrics.Goals["buy"].Succeeded, metrics.Actions.Total));
    }

    private static void Run(JourneyHarness harness, int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            var session = harness.StartAsync();
            // Nothing is waited for: all of it runs on this thread, whose allocations are counted.
            Assert.True(session.IsCompletedSuccessfully);
            Assert.True(session.Result);
        }
    }

    /// <summary>Answers without allocating.</summary>
    private sealed class CannedRaw : IRawTransport
    {
        private readonly byte[] _body = Encoding.UTF8.GetBytes("{\"token\":\"t00000001d60f4739\",\"items\":[{\"id\":\"p0001\"}],\"id\":\"c1\"}");

        public ValueTask SendAsync(RawRequest request, RawExchange exchange, CancellationToken cancellationToken)
        {
            exchange.Clear();
            (exchange.Status, exchange.Body, exchange.BodyLength) = (200, _body, _body.Length);
            return ValueTask.CompletedTask;
        }

        public void EndSession()
        {
        }

        public void Dispose()
        {
        }
    }
}
