using System.Collections.Immutable;
using ApeTest.Agent.Brains;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// What the model was sent and said in one sampled session, for its replay. Of each prompt only what the one before did not have: a conversation is sent again with every
/// decision. Bounded by <see cref="MostMessage"/>, <see cref="MostSession"/> and <see cref="MostTurns"/>; what is left out is counted.
/// </summary>
internal sealed class PromptLog(SessionSecrets secrets)
{
    /// <summary>Most characters of one message.</summary>
    public const int MostMessage = 4 * 1024;

    /// <summary>Most characters of a session.</summary>
    public const int MostSession = 32 * 1024;

    /// <summary>Most decisions; as with calls, the last ones are kept.</summary>
    public const int MostTurns = 64;

    private readonly Queue<TurnRecord> _turns = new();
    private IReadOnlyList<PromptMessage> _last = [];
    private int _left = MostSession;
    private int _number;

    public ImmutableArray<TurnRecord> Turns => [.. _turns];

    /// <summary>The model decided.</summary>
    /// <param name="firstCall">Number of the first call that follows.</param>
    /// <param name="decision">What it decided.</param>
    public void Decided(int firstCall, in Decision decision)
    {
        var (said, leftOut) = Kept(decision.Text is null ? null : secrets.Clean(decision.Text));
        Add(New(firstCall, decision.Prompt, decision.Model) with { Calls = decision.Calls.Length, Said = said, SaidLeftOut = leftOut });
    }

    /// <summary>The model failed.</summary>
    public void Failed(int firstCall, BrainException exception) => Add(New(firstCall, exception.Prompt, exception.Use) with { Error = exception.Type });

    private void Add(TurnRecord turn)
    {
        if (_turns.Count == MostTurns)
        {
            _turns.Dequeue();
        }
        _turns.Enqueue(turn);
    }

    private TurnRecord New(int firstCall, IReadOnlyList<PromptMessage>? prompt, ModelUse? use)
    {
        var turn = new TurnRecord
        {
            N = ++_number,
            FirstCall = firstCall,
            Sent = prompt is null ? [] : Sent(prompt),
            Messages = prompt?.Count ?? 0,
            DurationS = use?.Duration.TotalSeconds,
            TtftS = use?.Ttft?.TotalSeconds,
            PromptTokens = use?.PromptTokens ?? 0,
            CompletionTokens = use?.CompletionTokens ?? 0,
        };
        _last = prompt ?? _last;
        return turn;
    }

    private ImmutableArray<PromptRecord> Sent(IReadOnlyList<PromptMessage> prompt)
    {
        var sent = ImmutableArray.CreateBuilder<PromptRecord>();
        for (var i = 0; i < prompt.Count; i++)
        {
            // The model's own words stand at the decision before, answers at their calls.
            if (prompt[i] is not { Role: PromptRole.System or PromptRole.User, Text: { } text })
            {
                continue;
            }
            var before = i < _last.Count && _last[i].Role == prompt[i].Role ? _last[i].Text ?? string.Empty : string.Empty;
            if (before == text)
            {
                continue;
            }
            var same = Same(before, text);
            var (kept, leftOut) = Kept(secrets.Clean(text[same..]));
            sent.Add(new PromptRecord(prompt[i].Role is PromptRole.System ? "system" : "user", kept!, same, leftOut));
        }
        return sent.ToImmutable();
    }

    // From the beginning of a line on, so that it can be read.
    private static int Same(string before, string text)
    {
        var length = text.AsSpan().CommonPrefixLength(before);
        return length == 0 ? 0 : text.LastIndexOf('\n', length - 1) + 1;
    }

    private (string? Text, int LeftOut) Kept(string? text)
    {
        var (kept, leftOut) = Cut(text, Math.Min(MostMessage, _left));
        _left -= kept?.Length ?? 0;
        return (kept, leftOut);
    }

    /// <summary>At most so many characters of a text, never half a surrogate pair, and how many it had beyond them.</summary>
    internal static (string? Text, int LeftOut) Cut(string? text, int most)
    {
        if (text is null || text.Length <= most)
        {
            return (text, 0);
        }
        var length = most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return (text[..length], text.Length - length);
    }
}
