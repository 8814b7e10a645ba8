using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;

namespace ApeTest.Agent.Tests.Sessions;

/// <summary>What is kept of a model's prompts and answers.</summary>
public sealed class PromptLogTests
{
    private const string Secret = "correct-horse-battery";

    private readonly PromptLog _log = new(new SessionSecrets(new Dictionary<string, string> { ["user.password"] = Secret }));

    [Fact]
    public void Decided_SecondDecision_KeepsOnlyWhatIsNew()
    {
        _log.Decided(1, Decision("Rules.\nsteps 25", "Buy coffee."));
        _log.Decided(2, Decision("Rules.\nsteps 24", "Buy coffee."));
        _log.Decided(3, Decision("Rules.\nsteps 24", "Buy coffee."));

        Assert.Equal(["system", "user"], _log.Turns[0].Sent.Select(static message => message.Role));
        var changed = Assert.Single(_log.Turns[1].Sent);
        Assert.Equal(("steps 24", 7), (changed.Text, changed.Same));
        Assert.Empty(_log.Turns[2].Sent);
        Assert.Equal([1, 2, 3], _log.Turns.Select(static turn => turn.FirstCall));
        Assert.Equal((0.5, 0.1, 10, 2), (_log.Turns[0].DurationS, _log.Turns[0].TtftS, _log.Turns[0].PromptTokens, _log.Turns[0].CompletionTokens));
    }

    [Fact]
    public void Decided_Secret_IsAPlaceholderInPromptAndAnswer()
    {
        _log.Decided(1, Decision($"Your password is {Secret}.", "Log in.") with { Text = $"I use {Secret}" });

        var turn = Assert.Single(_log.Turns);
        Assert.Equal("I use {{user.password}}", turn.Said);
        Assert.Equal("Your password is {{user.password}}.", turn.Sent[0].Text);
    }

    [Fact]
    public void Decided_LongTexts_AreCutAndCounted()
    {
        _log.Decided(1, Decision(new string('a', PromptLog.MostMessage + 5), "short") with { Text = new string('b', PromptLog.MostMessage + 9) });

        var turn = Assert.Single(_log.Turns);
        Assert.Equal((PromptLog.MostMessage, 5), (turn.Sent[0].Text.Length, turn.Sent[0].LeftOut));
        Assert.Equal((PromptLog.MostMessage, 9), (turn.Said!.Length, turn.SaidLeftOut));
    }

    [Fact]
    public void Decided_LongSession_IsBoundedInTextAndDecisions()
    {
        for (var i = 0; i < 100; i++)
        {
            _log.Decided(i + 1, Decision($"{(char)('a' + (i % 26))}{new string('x', 2000)}", "goal"));
        }

        Assert.Equal(PromptLog.MostTurns, _log.Turns.Length);
        Assert.Equal(100, _log.Turns[^1].N);
        Assert.Equal(2001, _log.Turns[^1].Sent[0].LeftOut);
        Assert.True(_log.Turns.Sum(static turn => turn.Sent.Sum(static message => message.Text.Length)) <= PromptLog.MostSession);
    }

    [Fact]
    public void Failed_Model_KeepsItsPromptAndItsError()
    {
        _log.Failed(1, new BrainException(BrainException.Timeout, "no answer") { Prompt = Prompt("Rules.", "Buy.") });

        var turn = Assert.Single(_log.Turns);
        Assert.Equal((BrainException.Timeout, 2, 0), (turn.Error, turn.Sent.Length, turn.Calls));
    }

    [Theory]
    [InlineData("abc", 3, "abc", 0)]
    [InlineData("abcd", 3, "abc", 1)]
    [InlineData("ab\ud83d\ude00", 3, "ab", 2)]
    [InlineData("abc", 0, "", 3)]
    public void Cut_Text_NeverHalfACharacter(string text, int most, string kept, int leftOut) => Assert.Equal((kept, leftOut), PromptLog.Cut(text, most));

    private static Decision Decision(string system, string user) =>
        new([], "stop", new ModelUse("fake", "model", TimeSpan.FromSeconds(0.5), TimeSpan.Zero, TimeSpan.FromSeconds(0.1), 10, 2, false, 0, 0), TimeSpan.Zero) { Prompt = Prompt(system, user) };

    private static List<PromptMessage> Prompt(string system, string user) =>
        [new(PromptRole.System, system), new(PromptRole.User, user), new(PromptRole.Tool, "an answer", [], "call-1")];
}
