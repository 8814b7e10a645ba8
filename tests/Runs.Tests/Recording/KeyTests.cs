using System.Diagnostics;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Tests.Recording;

public sealed class KeyTests
{
    [Fact]
    public void TraceKey_OfATraceId_HasItsText()
    {
        for (var i = 0; i < 100; i++)
        {
            var id = ActivityTraceId.CreateRandom();

            Assert.Equal(id.ToHexString(), TraceKey.Of(id).ToString());
            Assert.True(TraceKey.TryParse(id.ToHexString(), out var parsed));
            Assert.Equal(TraceKey.Of(id), parsed);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e47366")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473g")]
    [InlineData("+bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData(" bf92f3577b34da6a3ce929d0e0e473 ")]
    public void TraceKey_OfAnythingElse_IsRefused(string? text) => Assert.False(TraceKey.TryParse(text, out _));

    [Fact]
    public void TraceKey_Default_IsEmpty()
    {
        Assert.True(default(TraceKey).IsEmpty);
        Assert.False(new TraceKey(0, 1).IsEmpty);
        Assert.Equal(new string('0', TraceKey.Length), default(TraceKey).ToString());
    }

    [Theory]
    [InlineData("0-0", 0, 0)]
    [InlineData("3-2", 3, 2)]
    [InlineData("999999-2147483647", 999_999, int.MaxValue)]
    public void SessionKey_ReadAndWritten_IsTheSame(string text, int slot, int number)
    {
        Assert.True(SessionKey.TryParse(text, out var key));
        Assert.Equal(new SessionKey(slot, number), key);
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("-3")]
    [InlineData("3-")]
    [InlineData("3--2")]
    [InlineData("a-2")]
    [InlineData("3-99999999999")]
    public void SessionKey_OfAnythingElse_IsRefused(string? text) => Assert.False(SessionKey.TryParse(text, out _));

    [Fact]
    public void Keys_AsJson_AreTheirTexts()
    {
        var slow = new SlowAction(TestRun.TraceOf(TestRun.Trace), new SessionKey(3, 2), "checkout", TimeSpan.FromSeconds(1));
        var json = JsonSerializer.Serialize(slow, RunsJson.Line.SlowAction);

        Assert.StartsWith($$"""{"trace_id":"{{TestRun.Trace}}","session":"3-2","operation":"checkout",""", json, StringComparison.Ordinal);
        Assert.Equal(slow, JsonSerializer.Deserialize(json, RunsJson.Line.SlowAction));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json.Replace("3-2", "three", StringComparison.Ordinal), RunsJson.Line.SlowAction));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json.Replace("4bf", "xyz", StringComparison.Ordinal), RunsJson.Line.SlowAction));
    }
}
