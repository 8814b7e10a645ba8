using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Tests.Brains;

public sealed class HistoryWindowTests
{
    [Fact]
    public void Append_WithinBudget_KeepsEverythingWhole()
    {
        var messages = Messages(1_000_000, Turns(5, 2000));

        Assert.Equal(10, messages.Count);
        Assert.DoesNotContain(messages, message => message.Text?.Contains("shortened", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(4000)]
    [InlineData(9000)]
    public void Append_OverBudget_StaysWithinItAndNeverSplitsPairs(int tokens)
    {
        var turns = Turns(60, 3000);
        var messages = Messages(tokens, turns);

        Assert.InRange(messages.Sum(message => (message.Text?.Length ?? 0) + message.Calls.Sum(call => call.Arguments.GetRawText().Length)), 1, (tokens * 4) + 2000);
        var pending = new Queue<string>();
        foreach (var message in messages)
        {
            if (message.Role is PromptRole.Tool)
            {
                Assert.Equal(pending.Dequeue(), message.CallId);
                continue;
            }
            Assert.Empty(pending);
            foreach (var call in message.Calls)
            {
                pending.Enqueue(call.Id);
            }
        }
        Assert.Empty(pending);
    }

    [Fact]
    public void Append_OverBudget_NewestWholeOlderReducedOldestTold()
    {
        var turns = Turns(60, 3000);
        var messages = Messages(4000, turns);

        Assert.Equal(PromptRole.User, messages[0].Role);
        Assert.StartsWith("Earlier in this session", messages[0].Text, StringComparison.Ordinal);
        Assert.Contains("7 calls, then tool7 -> 200, tool8 -> 200", messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(turns[^1].Observations[0], messages[^1].Text);
        var reduced = messages.First(message => message.Role is PromptRole.Tool).Text!;
        using var json = JsonDocument.Parse(reduced);
        Assert.Equal(200, json.RootElement.GetProperty("status").GetInt32());
        Assert.InRange(reduced.Length, 1, 600);
    }

    [Fact]
    public void Append_OneHugeTurn_IsWholeAllTheSame()
    {
        var turns = Turns(1, 100_000);

        Assert.Equal(turns[0].Observations[0], Messages(10, turns)[^1].Text);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    public void Append_NewestTurnOfManyCalls_KeepsTheNewestWholeAndReducesTheRest(int calls)
    {
        const int tokens = 12_000;
        var turns = Turns(5, 3000);
        turns.Add(new Turn(
            [.. Enumerable.Range(0, calls).Select(i => new ToolCall($"p{i}", "listItems", JsonDocument.Parse("{}").RootElement))],
            [.. Enumerable.Range(0, calls).Select(i => $$"""{"status":200,"body":"{{i}} {{new string('y', 30_000)}}"}""")], null));

        var messages = Messages(tokens, turns);

        var tools = messages.Where(message => message.Role is PromptRole.Tool).TakeLast(calls).ToList();
        Assert.Equal(turns[^1].Observations[^1], tools[^1].Text);
        Assert.All(tools.SkipLast(1), message => Assert.Contains("shortened", message.Text, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, calls).Select(i => $"p{i}"), tools.Select(message => message.CallId));
        Assert.InRange(messages.Sum(message => message.Text?.Length ?? 0), 1, tokens * 4);
    }

    [Fact]
    public void Reduce_QuotesAndLettersBeyondAscii_StayShort()
        => Assert.InRange(HistoryWindow.Reduce($$"""{"status":200,"body":[{{string.Join(',', Enumerable.Repeat("{\"ü\":\"ß\"}", 500))}}]}""").Length, 300, 700);

    [Fact]
    public void Append_TurnWithoutCalls_IsFollowedByANudge()
    {
        var messages = Messages(1000, [new Turn([], [], "All done!")]);

        Assert.Equal([PromptRole.Assistant, PromptRole.User], messages.Select(message => message.Role));
    }

    [Fact]
    public void Reduce_CutInsideSurrogatePair_StaysValid()
    {
        foreach (var shift in Enumerable.Range(0, 3))
        {
            var text = HistoryWindow.Reduce($$"""{"status":200,"body":"{{new string('a', shift)}}{{string.Concat(Enumerable.Repeat("😀", 600))}}"}""");

            Assert.DoesNotContain('\uFFFD', JsonDocument.Parse(text).RootElement.GetProperty("body_start").GetString()!);
        }
    }

    private static List<PromptMessage> Messages(int tokens, IReadOnlyList<Turn> turns)
    {
        var messages = new List<PromptMessage>();
        new HistoryWindow(tokens).Append(turns, messages);
        return messages;
    }

    private static List<Turn> Turns(int count, int length) => [.. Enumerable.Range(0, count).Select(i => new Turn(
        [new ToolCall($"call{i}", $"tool{i}", JsonDocument.Parse("{}").RootElement)], [$$"""{"status":200,"body":"{{new string('x', length)}}"}"""], null))];
}
