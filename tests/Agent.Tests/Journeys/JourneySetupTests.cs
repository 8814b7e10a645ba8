using ApeTest.Agent.Tests.Fakes;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Records;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>What an agent does once, around its sessions.</summary>
public sealed class JourneySetupTests
{
    private const string Yaml = JourneyHarness.Sampled + """
        journeys:
          - name: j
            setup: [ { name: login, post: /login, extract: { token: $.token } } ]
            steps: [ { name: a, get: /a, headers: { X-Token: "{{token}}" } } ]
            teardown: [ { name: logout, post: /logout, headers: { X-Token: "{{token}}" } } ]
        """;

    [Fact]
    public async Task RunAsync_Setup_IsDoneOnceAndKnownInEverySession()
    {
        await using var harness = new JourneyHarness(Yaml, Login);

        for (var session = 0; session < 3; session++)
        {
            Assert.Equal(SessionOutcome.Succeeded, (await harness.RunAsync()).Outcome);
        }
        await harness.EndAgentAsync();

        Assert.Equal(["/login", "/a", "/a", "/a", "/logout"], harness.Target.Seen.Select(seen => seen.Target));
        Assert.All(harness.Target.Seen.Skip(1), seen => Assert.Contains("X-Token: t-0\r\n", seen.Headers, StringComparison.Ordinal));
        Assert.All(harness.Target.Seen.Skip(1), seen => Assert.Contains("Cookie: sid=s-0\r\n", seen.Headers, StringComparison.Ordinal));
        Assert.True(harness.Target.IsDisposed);
    }

    [Fact]
    public async Task RunAsync_SetupFails_FailsTheSessionAndIsTriedAgain()
    {
        await using var harness = new JourneyHarness(Yaml, (seen, n) => n == 0 ? new RawReply(500) : Login(seen, n));

        var first = await harness.RunAsync();
        var second = await harness.RunAsync();

        Assert.Equal(SessionOutcome.Failed, first.Outcome);
        Assert.StartsWith("setup: http_500: login", first.Reason, StringComparison.Ordinal);
        Assert.Equal(SessionOutcome.Succeeded, second.Outcome);
        Assert.Equal(["/login", "/login", "/a"], harness.Target.Seen.Select(seen => seen.Target));
    }

    [Fact]
    public async Task StartAsync_SetupFails_AsksForAPauseHoweverLongItTook()
    {
        await using var harness = new JourneyHarness(Yaml, (seen, n) => n < 2 ? new RawReply(500) { Latency = TimeSpan.FromSeconds(n) } : Login(seen, n));

        Assert.False(await harness.StartAsync());
        Assert.False(await harness.StartAsync());
        Assert.True(await harness.StartAsync());
    }

    [Fact]
    public async Task RunAsync_SetupFailsWithContinue_StillHasNoSession()
    {
        await using var harness = new JourneyHarness(Yaml.Replace("$.token }", "$.token }, continue: true", StringComparison.Ordinal), (_, _) => new RawReply(500));

        Assert.StartsWith("setup: http_500", (await harness.RunAsync()).Reason, StringComparison.Ordinal);
        Assert.Single(harness.Target.Seen);
    }

    [Fact]
    public async Task EndAgent_SetupNeverWorked_TearsNothingDown()
    {
        await using var harness = new JourneyHarness(Yaml, (_, _) => new RawReply(500));

        await harness.RunAsync();
        await harness.EndAgentAsync();

        Assert.Equal(["/login"], harness.Target.Seen.Select(seen => seen.Target));
        Assert.True(harness.Target.IsDisposed);
    }

    [Fact]
    public async Task EndAgent_RunAborted_TearsDownAllTheSame()
    {
        await using var harness = new JourneyHarness(Yaml, Login);
        await harness.RunAsync();
        harness.Stop.Abort(StopOrder.RunAborted);
        harness.Stop.Aborted.WaitHandle.WaitOne(ApeTest.Tests.Shared.TestTimeouts.Default);

        var record = await harness.RunAsync();
        await harness.EndAgentAsync();

        Assert.Equal(SessionOutcome.Aborted, record.Outcome);
        Assert.Equal("/logout", harness.Target.Seen[^1].Target);
    }

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 2)]
    public async Task EndAgent_TeardownThatHangs_IsCutOff(bool aborted, int seconds)
    {
        JourneyHarness? harness = null;
        harness = new JourneyHarness(Yaml.Replace("post: /logout,", "post: /logout, timeout: 5m, retries: 9,", StringComparison.Ordinal).Replace("- name: j", "- name: j\n    timeout: 1h", StringComparison.Ordinal), (seen, n) =>
        {
            if (seen.Target != "/logout")
            {
                return Login(seen, n);
            }
            // So long it hangs; a pause before the next try is cut off as well.
            harness!.Clock.Advance(TimeSpan.FromSeconds(1));
            return RawReply.Of(TargetErrors.Reset) with { Latency = TimeSpan.Zero };
        });
        await using var disposed = harness;
        await harness.RunAsync();
        if (aborted)
        {
            harness.Stop.Abort(StopOrder.RunAborted);
            harness.Stop.Aborted.WaitHandle.WaitOne(ApeTest.Tests.Shared.TestTimeouts.Default);
        }
        var before = harness.Clock.GetTimestamp();

        await harness.EndAgentAsync();

        // Without a limit it would take 24 s; a pause that has begun is not cut by the fake clock.
        Assert.InRange(harness.Clock.GetElapsedTime(before).TotalSeconds, seconds, 2 * seconds);
        Assert.True(harness.Target.IsDisposed);
    }

    [Fact]
    public async Task RunAsync_SeveralJourneys_AreSetUpEachByItself()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + """
            journeys:
              - { name: j, setup: [ { name: sj, get: /setup-j } ], steps: [ { name: a, get: /a } ], teardown: [ { name: tj, get: /teardown-j } ] }
              - { name: k, setup: [ { name: sk, get: /setup-k } ], steps: [ { name: b, get: /b } ], teardown: [ { name: tk, get: /teardown-k } ] }
            """);

        await harness.RunAsync(journey: 1);
        await harness.RunAsync(journey: 1);
        await harness.EndAgentAsync();

        Assert.Equal(["/setup-k", "/b", "/b", "/teardown-k"], harness.Target.Seen.Select(seen => seen.Target));
    }

    private static RawReply Login(RawSeen seen, int n) => seen.Target == "/login" ? new RawReply(200, $"{{\"token\":\"t-{n}\"}}") { Headers = [("Set-Cookie", $"sid=s-{n}; Path=/")] } : new RawReply();
}
