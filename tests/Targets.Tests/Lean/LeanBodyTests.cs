using ApeTest.Targets.Http;
using ApeTest.Targets.Lean;

namespace ApeTest.Targets.Tests.Lean;

/// <summary>What is kept of bodies is bounded, for one and for all of a loop.</summary>
public sealed class LeanBodyTests
{
    [Fact]
    public async Task SendAsync_BodiesBeyondTheLoopsBound_IsAnErrorAndGivesBackWhatItTook()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                var length = request.StartsWith("GET /large", StringComparison.Ordinal) ? 900_000 : 60_000;
                await connection.SendInTwoAsync(System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{new string('a', length)}"), 30_000);
            }
        });
        using var agent = new RawWay(RawWay.Lean, server.Url, options: new LeanOptions { MaxKeptBytes = 200_000 });

        for (var i = 0; i < 3; i++)
        {
            var large = await agent.SendAsync("/large");
            var small = await agent.SendAsync("/small");

            Assert.Equal((TargetErrors.Memory, ""), (large.ErrorType, large.Body));
            Assert.StartsWith("the bodies that arrive at once take more than", large.Message, StringComparison.Ordinal);
            Assert.Equal((null, 60_000), (small.ErrorType, small.Body.Length));
        }
    }

    [Fact]
    public async Task SendAsync_NoBodyAskedFor_CountsItAndTakesNothingOfTheBound()
    {
        await using var server = ScriptedServer.Always($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 900000\r\n\r\n{new string('a', 900_000)}");
        using var agent = new RawWay(RawWay.Lean, server.Url, options: new LeanOptions { MaxKeptBytes = 0 });

        var seen = await agent.SendAsync(maxBody: 0);

        Assert.Equal((200, null, "", 900_000), (seen.Status, seen.ErrorType, seen.Body, seen.BodyLength));
    }
}
