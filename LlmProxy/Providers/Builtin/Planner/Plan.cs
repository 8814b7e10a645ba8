namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The steps of a goal, and why they cannot all be done.</summary>
internal sealed class Plan
{
    public required List<Step> Steps { get; init; }

    /// <summary>The step that logs in; null when the goal has none.</summary>
    public required Step? Login { get; init; }

    /// <summary>Why nothing more can be done; null when all is well.</summary>
    public string? Stuck { get; set; }

    public Step? NextOpen => Steps.Find(static step => step.State == StepState.Open);

    /// <summary>Ends a step that cannot be done, and with it the plan, unless it was only a means.</summary>
    public void GiveUp(Step step, string reason)
    {
        step.State = StepState.Failed;
        // Looking is only a means: what needed it will say whether it can do without.
        var means = step.Intent.Kind is IntentKind.Read or IntentKind.Logout && Steps.Exists(other => other.State == StepState.Open && other.Intent.Kind is not IntentKind.Logout);
        Stuck ??= means ? null : reason;
    }
}
