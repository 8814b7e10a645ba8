using System.Collections.Immutable;

namespace ApeTest.Runs.Records;

/// <summary>One decision of the model, kept for the replay of a session: what it was sent that is new, what it said, and how long it took. Secrets are placeholders.</summary>
public sealed record TurnRecord
{
    /// <summary>Number of the decision in its session, from 1.</summary>
    public required int N { get; init; }

    /// <summary>Number of the first call that followed; of a decision without calls, that of the next decision's first.</summary>
    public required int FirstCall { get; init; }

    /// <summary>Calls that the model asked for.</summary>
    public int Calls { get; init; }

    /// <summary>Messages of the prompt that are new since the decision before, or changed; answers of calls stand with the calls.</summary>
    public ImmutableArray<PromptRecord> Sent { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Messages of the whole prompt.</summary>
    public int Messages { get; init; }

    /// <summary>What the model said beside its calls; null for nothing.</summary>
    public string? Said { get; init; }

    /// <summary>Characters of what it said that are not in <see cref="Said"/>.</summary>
    public int SaidLeftOut { get; init; }

    /// <summary>Why there was no decision: a bounded type; null where there was one.</summary>
    public string? Error { get; init; }

    /// <summary>Seconds from the request to the end of the answer; null where no model was asked.</summary>
    public double? DurationS { get; init; }

    /// <summary>Seconds to the first token; null where it is not known.</summary>
    public double? TtftS { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public int CompletionTokens { get; init; }
}

/// <summary>A message of a prompt.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>tool</c>.</param>
/// <param name="Text">What it says that the same message of the decision before did not.</param>
/// <param name="Same">Characters at its beginning that are as they were.</param>
/// <param name="LeftOut">Characters at its end that were not kept.</param>
public sealed record PromptRecord(string Role, string Text, int Same = 0, int LeftOut = 0);
