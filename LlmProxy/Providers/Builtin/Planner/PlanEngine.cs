using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Thinks a session through: which step is next and which call serves it. It keeps nothing between requests; it replays the calls that
/// were made, learns from their answers, and says what comes next.
/// </summary>
internal sealed class PlanEngine : IWay
{
    private const int MaxFailures = 3;
    private const int MostRounds = 40;

    private readonly PlanContext _context;
    private readonly ArgumentFinder _arguments;
    private readonly Plan _plan;
    private readonly Recovery _recovery;
    private readonly string? _unmatched;
    private Planned? _suggested;

    public PlanEngine(PlanContext context, IReadOnlyList<Intent> intents)
    {
        _context = context;
        _arguments = new ArgumentFinder(context);
        var plan = new PlanBuilder(context.Tools.Matcher);
        plan.Add(intents);
        _plan = new Plan { Steps = plan.Steps, Login = plan.Login };
        _recovery = new Recovery(context, _plan);
        _unmatched = plan.Unmatched.Count > 0 ? "no operation matches: " + string.Join("; ", plan.Unmatched.Select(text => $"\"{text}\""))
            : _plan.Steps.Count == 0 ? $"the goal names nothing that the {context.Tools.Operations.Count} operations could do"
            : null;
    }

    /// <summary>The next call; null when all is done or nothing more can be done (then <see cref="Stuck"/> says why).</summary>
    private Planned? Next()
    {
        while (_plan.Stuck is null && _plan.NextOpen is { } step)
        {
            if (step.IsSeeking)
            {
                if (!IsShown(step) && _arguments.Explorer.Next(step.Operation.Noun, step) is { } look)
                {
                    return look;
                }

                if (!IsShown(step))
                {
                    _plan.GiveUp(step, $"{step.Intent.Text}: nothing of that name was found");
                    continue;
                }

                step.State = StepState.Done;
                Remember(new Planned(step.Operation, [], step, ""));
                continue;
            }

            var (arguments, obstacle) = Prepare(step);
            if (obstacle.Call is not null)
            {
                return obstacle.Call;
            }

            if (obstacle.Stuck is null)
            {
                return new Planned(step.Operation, arguments, step, "");
            }

            if (step.Intent.Kind == IntentKind.Read && step.Operation.IsCollection && step.Refusal.Length == 0 && step.Operation.Parameters.Any(parameter => parameter is { InPath: true, Noun: not null })
                && Named(step).Exists(token => token.Kind == TokenKind.Literal))
            {
                step.IsSeeking = true; // it does not say where: every place in turn
                continue;
            }

            if (step.Rounds > 0)
            {
                step.State = StepState.Done; // there is no other that it shall be done to
                continue;
            }

            if (step.IsShort && step.Failures++ < MaxFailures && Recovery.TakeAnother(step, Observation.None))
            {
                step.IsShort = false;
                continue;
            }

            if (!TryOther(step, obstacle.Stuck))
            {
                // Nothing else was to be had: what was refused says why.
                _plan.GiveUp(step, step.Refusal.Length > 0 ? step.Refusal : step.Obstacle ?? obstacle.Stuck);
            }
        }

        // What no operation does is not done, however well the rest went.
        _plan.Stuck ??= _unmatched;
        return null;
    }

    /// <summary>Why nothing more can be done; null when all is well.</summary>
    public string? Stuck => _plan.Stuck;

    public Suggestion? Suggest()
    {
        _suggested = Next();
        return _suggested is { } next ? new Suggestion(next.Operation.Name, next.Arguments, Describe(next)) : null;
    }

    private static string Describe(Planned call) => call.IsTarget
        ? $"{call.Step.Intent.Text}: {call.Operation.Name}"
        : $"{call.Step.Intent.Text}: {call.Operation.Name} first, to find the {call.Alias}";

    /// <summary>Learns from a call that was made.</summary>
    public void Observe(PastCall past)
    {
        if (_context.Tools.Find(past.Tool) is not { } operation)
        {
            return; // finish, state_update, generic verbs
        }

        // What was suggested last is what would be suggested now: nothing was learnt in between.
        var planned = _suggested ?? Next();
        _suggested = null;
        if (planned is null || planned.Operation != operation)
        {
            // Not what would be called now: an earlier answer may have been summarised since. What it did counts all the same.
            var open = _plan.Steps.Find(step => step.State == StepState.Open && step.Operation == operation);
            if ((open ?? _plan.Steps.FirstOrDefault()) is not { } step)
            {
                return;
            }

            planned = new Planned(operation, Arguments(past), step, open is null ? operation.Noun : "");
        }

        var answer = past.Answer;
        _context.Knowledge.Absorb(operation, Arguments(past), planned.Key, answer, planned.Alias);
        if (answer.Succeeded)
        {
            Succeed(planned);
        }
        else
        {
            _recovery.Fail(planned, answer);
        }
    }

    private (JsonObject Arguments, Found Obstacle) Prepare(Step step)
    {
        if (step.Intent.Kind == IntentKind.Read && step.Operation.IsCollection)
        {
            var phrase = step.Intent.Object;
            return _arguments.Lookups.Fill(step.Operation, step.Operation.Noun, phrase, step, step.Level, 1, 0);
        }

        var (arguments, obstacle) = _arguments.Fill(step.Operation, step, 0);
        return obstacle.Ends ? (arguments, obstacle)
            : ChangesNothing(step.Operation, arguments) ? (arguments, Found.StuckBecause($"{step.Intent.Text}: nothing in the goal says what {step.Operation.Name} shall change"))
            : Sums.Missing(step.Intent, step.Operation, arguments) is { } missing ? (arguments, Found.StuckBecause(missing))
            : (arguments, obstacle);
    }

    private static bool ChangesNothing(Operation operation, JsonObject arguments) =>
        operation.Method is "PATCH" or "PUT" && operation.EndsWithParameter && operation.Parameters.Any(parameter => !parameter.InPath)
        && !operation.Parameters.Any(parameter => !parameter.InPath && arguments.ContainsKey(parameter.Name));

    // It cannot even be called, or nothing is where it looks: another operation that the words fit.
    private bool TryOther(Step step, string obstacle)
    {
        if (step.Alternatives.Count == 0 || step.Refusal.Length > 0)
        {
            return false;
        }

        _plan.Steps[_plan.Steps.IndexOf(step)] = new Step(step.Intent, step.Alternatives[0]) { Alternatives = [.. step.Alternatives.Skip(1)], Obstacle = step.Obstacle ?? obstacle };
        return true;
    }

    private void Succeed(Planned call)
    {
        if (!call.IsTarget)
        {
            return;
        }

        var step = call.Step;
        var empty = step.Intent.Kind == IntentKind.Read && step.Operation.IsCollection && _context.Knowledge.Count(call.Key) == 0;
        if (empty && step.Level < 2)
        {
            step.Level++;
            var (wider, _) = Prepare(step);
            if (new Planned(step.Operation, wider, step, "").Key != call.Key)
            {
                return; // the same search, wider
            }
        }

        if (step.Intent.Kind == IntentKind.Read && step.Operation.IsCollection && step.Operation.Parameters.Any(parameter => parameter is { InPath: true, Noun: not null }) && !IsShown(step))
        {
            step.IsSeeking = true;
            return;
        }

        Remember(call);
        if (step.Intent.IsEach && step.Rounds < MostRounds && step.Chosen.Remove(step.LastChosen, out var thing))
        {
            step.Rounds++;
            step.Excluded.Add(thing.Key);
            step.Claims.Remove(step.LastChosen);
            return;
        }

        step.State = StepState.Done;
    }

    // Whether what the step looks for by name was seen; true where it names none.
    private bool IsShown(Step step) => Named(step) is var tokens && (!tokens.Exists(token => token.Kind is TokenKind.Literal)
        || Naming.Named(_context.Knowledge.Things.Where(thing => thing.IsA(step.Operation.Noun)), tokens, step.Excluded).Count > 0);

    // "the comments of the task 'Dig'" names a task, and no comment.
    private List<GoalToken> Named(Step step) => [.. step.Intent.Phrases.Where(phrase => phrase.Content.Count == 0 || phrase.Content[0].Stem == step.Operation.Noun
        || !_context.Tools.Collections.Contains(phrase.Content[0].Stem)).SelectMany(phrase => phrase.Tokens)];

    // What a step was about is what "it" and "the task" mean from now on.
    private void Remember(Planned call)
    {
        var (knowledge, operation) = (_context.Knowledge, call.Operation);
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.Noun is { } noun && call.Arguments[parameter.Name]?.ToString() is { } id
                && knowledge.Things.FindLast(thing => thing.IsA(noun) && thing.IdFor(parameter, noun)?.ToString() == id) is { } about)
            {
                knowledge.Focus[noun] = about;
            }
        }

        if (operation.IsRead && operation.IsCollection)
        {
            var found = knowledge.Things.Where(thing => thing.IsA(operation.Noun) && thing.Source == operation.Name);
            if (Chooser.Choose(found, new Phrase("", [.. call.Step.Intent.Tokens]), operation.Noun, 1, call.Step.Excluded, false) is { Fits: true } choice)
            {
                knowledge.Focus[operation.Noun] = choice.Thing;
            }
        }
        else if (!operation.IsRead && operation.Method != "DELETE" && knowledge.Things.FindLast(thing => thing.Made && thing.Source == operation.Name) is { } made && made.IsA(operation.Noun))
        {
            knowledge.Focus[operation.Noun] = made;
        }
    }

    private static JsonObject Arguments(PastCall past)
    {
        try
        {
            return JsonNode.Parse(past.Arguments) as JsonObject ?? [];
        }
        catch (System.Text.Json.JsonException)
        {
            return [];
        }
    }
}
