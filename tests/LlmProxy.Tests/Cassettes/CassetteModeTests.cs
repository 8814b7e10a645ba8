using System.Net;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class CassetteModeTests : CassetteFixture
{
    [Fact]
    public async Task Auto_UnknownThenKnown_AsksOnce()
    {
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("one"), Ask("one"), Ask("two"));
        }

        Assert.Equal(2, Upstream.Requests.Count);
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("two"), Ask("three"), Ask("one"));
        }

        Assert.Equal(3, Upstream.Requests.Count);
        Assert.Equal(4, Lines().Length);
    }

    [Fact]
    public async Task Auto_NoKeyButRecorded_IsAnsweredAndTheRestIsRefused()
    {
        await RecordAsync(Ask("one"));
        // As if it had been recorded of a provider that must have a key, which is not there today.
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(File, text.Replace("\"provider\":\"up\"", "\"provider\":\"openai\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var proxy = await StartAsync(CassetteMode.Auto);
        var known = await proxy.ReadAsync(Ask("one", model: "openai/test-model"));
        var unknown = await proxy.ReadAsync(Ask("two", model: "openai/test-model"));
        Assert.Equal(HttpStatusCode.OK, known.Response.StatusCode);
        Assert.Equal((HttpStatusCode.Unauthorized, "missing_provider_key"), (unknown.Response.StatusCode, ProxyHost.Code(unknown.Body)));
    }

    [Fact]
    public async Task Auto_Refusal_IsAskedAgainAndNotKept()
    {
        Upstream.OnChat = context => { context.Response.StatusCode = 400; return Task.CompletedTask; };
        await using (var proxy = await StartAsync(CassetteMode.Auto))
        {
            await SendAsync(proxy, Ask("one"), Ask("one"));
        }

        Assert.Equal(2, Upstream.Requests.Count);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Record_FileHasLines_IsWrittenAnew()
    {
        await RecordAsync(Ask("one"), Ask("two"));
        await RecordAsync(Ask("three"));
        var lines = Lines();
        Assert.Equal("""{"schema":"apetest.cassette/1"}""", lines[0]);
        Assert.Contains("three", Assert.Single(lines[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_NothingIsAsked_OldLinesStay()
    {
        await RecordAsync(Ask("one"));
        var lines = Lines();
        await RecordAsync();
        Assert.Equal(lines, Lines());
    }

    [Fact]
    public async Task Record_StartFails_OldLinesStayAndTheFileIsFree()
    {
        await RecordAsync(Ask("one"));
        var lines = Lines();
        await Assert.ThrowsAsync<LlmProxyConfigException>(() => StartAsync(CassetteMode.Record, change: options => options.Providers["up"].Key = "no key has spaces"));
        Assert.Equal(lines, Lines());
        await RecordAsync(Ask("two"));
        Assert.Contains("two", Assert.Single(Lines()[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_UnderATokenBudget_FindsWhatWasRecordedWithout()
    {
        var recorded = await RecordAsync(Ask("one"));
        await using var proxy = await StartAsync(CassetteMode.Replay, change: options => options.Budgets.MaxTokensPerRun = 100_000);
        Assert.Equal(recorded, await SendAsync(proxy, Ask("one")));
    }

    [Fact]
    public async Task Record_FiftyAtATime_EveryLineIsWhole()
    {
        await using (var proxy = await StartAsync(CassetteMode.Record))
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => proxy.ReadAsync(Ask($"number {i}."))));
        }

        Assert.Equal(51, Lines().Length);
        await using var replay = await StartAsync(CassetteMode.Replay);
        var bodies = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => replay.ReadAsync(Ask($"number {i}."))));
        Assert.All(bodies, answer => Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode));
    }

    [Fact]
    public async Task Record_CutByTheProvider_IsLeftOutAndLogged()
    {
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Role, Events.Content("Hel"));
        await using (var proxy = await StartAsync(CassetteMode.Record))
        {
            await proxy.ReadAsync(Ask("one"));
            await proxy.Logs.FirstAsync("cassette.skipped", TestContext.Current.CancellationToken);
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Record_CutByTheClient_IsLeftOutAndLogged()
    {
        Upstream.OnChat = async context =>
        {
            await FakeChatServer.WriteAsync(context, Events.Role, Events.Content("Hel"));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        await using (var proxy = await StartAsync(CassetteMode.Record))
        {
            using (var response = await proxy.SendAsync(Ask("one")))
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            await proxy.Logs.FirstAsync("cassette.skipped", TestContext.Current.CancellationToken);
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Record_ProviderWithoutDone_IsRecorded()
    {
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Role, Events.Content("Hel"), Events.Finish);
        var recorded = await RecordAsync(Ask("one"));
        Assert.Equal(recorded, await ReplayAsync(Ask("one")));
    }

    [Fact]
    public async Task Replay_StreamAndJsonOfOneRequest_AreTwoRequests()
    {
        await RecordAsync(Ask("one"));
        Assert.Equal("cassette_miss", ProxyHost.Code((await ReplayAsync(Ask("one", stream: false))).Single()));
    }
}
