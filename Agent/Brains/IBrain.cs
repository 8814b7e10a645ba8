using System.Collections.Immutable;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Brains;

/// <summary>Decides the next calls of a goal. Implementations: the chat brain on the OpenAI SDK; Semantic Kernel on the full feed.</summary>
public interface IBrain
{
    /// <summary>Decides the next calls. A failing model throws <see cref="BrainException"/>.</summary>
    ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken);
}

/// <summary>What a brain decided.</summary>
/// <param name="Calls">Calls to execute in order; empty when the model only talked.</param>
/// <param name="FinishReason">The model's finish reason.</param>
/// <param name="Model">What the call cost; null where no model was asked.</param>
/// <param name="Think">Think time the brain asks for before the calls, beyond the persona's. Default zero.</param>
public readonly record struct Decision(ImmutableArray<ToolCall> Calls, string? FinishReason, ModelUse? Model, TimeSpan Think)
{
    /// <summary>What the model said beside the calls; null for nothing.</summary>
    public string? Text { get; init; }

    /// <summary>What it was sent, where <see cref="SessionView.WantsPrompt"/>; null elsewhere.</summary>
    internal IReadOnlyList<PromptMessage>? Prompt { get; init; }

    /// <summary>What the model reasoned before it answered, where it tells and <see cref="SessionView.WantsReasoning"/>; null for nothing.</summary>
    public string? Reasoning { get; init; }
}
