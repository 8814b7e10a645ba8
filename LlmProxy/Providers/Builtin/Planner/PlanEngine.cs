using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Thinks a session through: which step is next and which call serves it. It keeps nothing between requests; it replays the calls that
/// were made, learns from their answers, and says what comes next.
/// </summary>
internal sealed class PlanEngine : IWay
{
    private const int MaxFailures = 3;
    private const int MaxRepeats = 2;
    private const int MostRounds = 40;

    private readonly PlanContext _context;
    private readonly ArgumentFinder _arguments;
    private readonly IntentMatcher _matcher;
    private readonly List<Step> _steps;
    private readonly Step? _login;
    private readonly string? _unmatched;
    private string? _stuck;

    public PlanEngine(PlanContext context, IReadOnlyList<Intent> intents)
    {
        _context = context;
        _arguments = new ArgumentFinder(context);
        _matcher = context.Tools.Matcher;
        var plan = new PlanBuilder(_matcher);
        plan.Add(intents);
        (_steps, _login) = (plan.Steps, plan.Login);
        _unmatched = plan.Unmatched.Count > 0 ? "no operation matches: " + string.Join("; ", plan.Unmatched.Select(text => $"\"{text}\""))
            : _steps.Count == 0 ? $"the goal names nothing that the {context.Tools.Operations.Count} operations could do"
            : null;
    }

    /// <summary>The next call; null when all is done or nothing more can be done (then <see cref="Stuck"/> says why).</summary>
    private Planned? Next()
    {
        while (_stuck is null && _steps.Find(step => step.State == StepState.Open) is { } step)
        {
            if (step.IsSeeking)
            {
                if (!IsShown(step) && _arguments.Explorer.Next(step.Operation.Noun, step) is { } look)
                {
                    return look;
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

            if (step.Rounds > 0)
            {
                step.State = StepState.Done; // there is no other that it shall be done to
                continue;
            }

            if (step.IsShort && step.Failures++ < MaxFailures && TakeAnother(step, Observation.None))
            {
                step.IsShort = false;
                continue;
            }

            if (!TryOther(step, obstacle.Stuck))
            {
                // Nothing else was to be had: what was refused says why.
                GiveUp(step, step.Refusal.Length > 0 ? step.Refusal : step.Obstacle ?? obstacle.Stuck);
            }
        }

        // What no operation does is not done, however well the rest went.
        _stuck ??= _unmatched;
        return null;
    }

    /// <summary>Why nothing more can be done; null when all is well.</summary>
    public string? Stuck => _stuck;

    public Suggestion? Suggest() => Next() is { } next ? new Suggestion(next.Operation.Name, next.Arguments, Describe(next)) : null;

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

        var planned = Next();
        if (planned is null || planned.Operation != operation)
        {
            // Not what would be called now: an earlier answer may have been summarised since. What it did counts all the same.
            var open = _steps.Find(step => step.State == StepState.Open && step.Operation == operation);
            if ((open ?? _steps.FirstOrDefault()) is not { } step)
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
            Fail(planned, answer);
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
        return !obstacle.Ends && ChangesNothing(step.Operation, arguments)
            ? (arguments, Found.StuckBecause($"{step.Intent.Text}: nothing in the goal says what {step.Operation.Name} shall change"))
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

        _steps[_steps.IndexOf(step)] = new Step(step.Intent, step.Alternatives[0]) { Alternatives = [.. step.Alternatives.Skip(1)], Obstacle = step.Obstacle ?? obstacle };
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
    private bool IsShown(Step step) => !step.Intent.Object.Tokens.Any(token => token.Kind is TokenKind.Literal)
        || Naming.Named(_context.Knowledge.Things.Where(thing => thing.IsA(step.Operation.Noun)), step.Intent.Object.Tokens, step.Excluded).Count > 0;

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

    private void Fail(Planned call, Observation answer)
    {
        var step = call.Step;
        // 1. It may pass: the same again.
        if (answer.IsPassing && step.Repeats < MaxRepeats)
        {
            step.Repeats++;
            return;
        }

        if (!call.IsTarget)
        {
            // The listing is noted as made: the next one is tried, or none is left and the step says so.
            if (answer.Status == 401)
            {
                Reauthenticate(call, answer);
            }

            return;
        }

        // 2. The session ended, or never began.
        if (answer.Status == 401 && Reauthenticate(call, answer))
        {
            return;
        }

        // 3. It is so already.
        if (answer.Status == 409 && step.Intent.Kind == IntentKind.Register && _login is not null && _context.Credentials is not null)
        {
            step.State = StepState.Done;
            return;
        }

        step.Failures++;
        step.Refusal = Reason(call, answer);
        if (step.Failures >= MaxFailures || answer.ErrorType == "unknown_tool")
        {
            GiveUp(step, Reason(call, answer));
            return;
        }

        // 4. A value was wrong or missing; 5. the thing was not to be had: the next one.
        if (Problem.Repair(answer, call, _context.Values) || TakeAnother(step, answer) || Refill(step, answer))
        {
            return;
        }

        // 6. What was made up may merely be taken.
        if (answer.Status is not (409 or 422 or 400) || step.Failures > 1)
        {
            GiveUp(step, Reason(call, answer));
        }
    }

    private bool Reauthenticate(Planned call, Observation answer)
    {
        var login = _login?.Operation ?? _matcher.Special.Login;
        if (call.Operation == login)
        {
            // Unknown there: register first, where the goal says who we are.
            if (_matcher.Special.Register is { } register && _context.Credentials is not null && !_steps.Exists(other => other.Intent.Kind == IntentKind.Register))
            {
                var intent = new Intent { Kind = IntentKind.Register, Verb = "register", Text = "register", Phrases = [new Phrase("", [])] };
                _steps.Insert(_steps.IndexOf(call.Step), new Step(intent, register));
                return true;
            }

            GiveUp(call.Step, Reason(call, answer));
            return true;
        }

        if (login is null || call.Step.Fixed.ContainsKey("") || (_context.Credentials is null && !_context.Conversation.State.Exists(entry => entry.Name.Contains("password"))))
        {
            GiveUp(call.Step, Reason(call, answer));
            return true;
        }

        call.Step.Fixed[""] = null; // once for each step
        var again = new Intent { Kind = IntentKind.Login, Verb = "login", Text = "log in again", Phrases = [new Phrase("", [])] };
        _steps.Insert(_steps.IndexOf(call.Step), new Step(again, login));
        return true;
    }

    // Which of the things chosen was refused: the one the refusal speaks of, else the last that the goal does not name outright.
    private static bool TakeAnother(Step step, Observation answer)
    {
        var said = Problem.Describe(answer);
        var words = Words.Split(said.Length > 64 ? said[..64] : said);
        var open = step.Chosen.Where(pair => !step.Named.Contains(pair.Key)).ToList();
        var name = open.Find(pair => pair.Value.Key.Length > 1 && said.Contains(pair.Value.Key, StringComparison.OrdinalIgnoreCase)).Key
            ?? open.Find(pair => pair.Value.Nouns.Any(words.Contains)).Key
            ?? open.Find(pair => pair.Value.Nouns.Any(noun => step.Intent.Object.Mentions(noun))).Key
            ?? open.Find(pair => pair.Key == step.LastChosen).Key
            ?? open.LastOrDefault().Key;
        if (name is null || !step.Chosen.Remove(name, out var thing))
        {
            return false;
        }

        step.Excluded.Add(thing.Key);
        step.Claims.Remove(name);
        return true;
    }

    // The cart holds what cannot be had: take it out, if the API can, and put the next best in.
    private bool Refill(Step checkout, Observation answer)
    {
        var last = checkout.Filled.LastOrDefault(step => step.Chosen.Count > 0);
        if (last is null)
        {
            return false;
        }

        var remove = _matcher.Special.RemoveFromCart;
        if (remove is not null && last.Chosen.GetValueOrDefault(last.LastChosen) is { } thing)
        {
            var intent = new Intent { Kind = IntentKind.Delete, Verb = "remove", Text = "remove it from the cart", Phrases = [new Phrase("", [])] };
            var removal = new Step(intent, remove);
            foreach (var parameter in remove.Parameters.Where(parameter => parameter.Noun is not null))
            {
                if (thing.IdFor(parameter, parameter.Noun!) is { } id)
                {
                    removal.Fixed[parameter.Name] = Values.Typed(id, parameter.Type);
                }
            }

            _steps.Insert(_steps.IndexOf(last), removal);
        }

        last.State = StepState.Open;
        return TakeAnother(last, answer);
    }

    private void GiveUp(Step step, string reason)
    {
        step.State = StepState.Failed;
        // Looking is only a means: what needed it will say whether it can do without.
        var means = step.Intent.Kind is IntentKind.Read or IntentKind.Logout && _steps.Exists(other => other.State == StepState.Open && other.Intent.Kind is not IntentKind.Logout);
        _stuck ??= means ? null : reason;
    }

    private static string Reason(Planned call, Observation answer) => $"{call.Step.Intent.Text}: {call.Operation.Name} answered {Problem.Describe(answer)}";

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
