using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Thinks a session through: which step is next and which call serves it. It keeps nothing between requests; it replays the calls that
/// were made, learns from their answers, and says what comes next.
/// </summary>
internal sealed class PlanEngine
{
    private const int MaxFailures = 3;
    private const int MaxRepeats = 2;

    private readonly PlanContext _context;
    private readonly ArgumentFinder _arguments;
    private readonly IntentMatcher _matcher;
    private readonly List<Step> _steps = [];
    private readonly List<string> _unmatched = [];
    private Step? _login;
    private string? _stuck;

    public PlanEngine(PlanContext context, IReadOnlyList<Intent> intents)
    {
        _context = context;
        _arguments = new ArgumentFinder(context);
        _matcher = context.Tools.Matcher;
        foreach (var intent in intents)
        {
            AddSteps(intent, intents);
        }

        if (_steps.Count == 0 || _unmatched.Count > 0)
        {
            _stuck = _unmatched.Count > 0
                ? "no operation matches: " + string.Join("; ", _unmatched.Select(text => $"\"{text}\""))
                : $"the goal names nothing that the {context.Tools.Operations.Count} operations could do";
        }
    }

    /// <summary>The next call; null when all is done or nothing more can be done (then <see cref="Stuck"/> says why).</summary>
    public Planned? Next()
    {
        while (_stuck is null && _steps.Find(step => step.State == StepState.Open) is { } step)
        {
            var (arguments, obstacle) = Prepare(step);
            if (obstacle.Call is not null)
            {
                return obstacle.Call;
            }

            if (obstacle.Stuck is null)
            {
                return new Planned(step.Operation, arguments, step, "");
            }

            GiveUp(step, obstacle.Stuck);
        }

        return null;
    }

    /// <summary>Why nothing more can be done; null when all is well.</summary>
    public string? Stuck => _stuck;

    /// <summary>Where it stands, for people.</summary>
    public string Describe(Planned call) => call.IsTarget
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
            planned = new Planned(operation, Arguments(past), open ?? _steps[0], open is null ? operation.Noun : "");
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

        return _arguments.Fill(step.Operation, step, 0);
    }

    private void AddSteps(Intent intent, IReadOnlyList<Intent> all)
    {
        switch (intent.Kind)
        {
            case IntentKind.Choose:
                return;
            case IntentKind.Login:
                if (_matcher.Login is { } login)
                {
                    _steps.Add(_login = new Step(intent, login));
                }

                return;
            case IntentKind.Logout:
                if (_matcher.Logout is { } logout)
                {
                    _steps.Add(new Step(intent, logout));
                }

                return;
            case IntentKind.Register:
                Add(intent, _matcher.Register ?? _matcher.Match(intent));
                return;
            case IntentKind.Buy when _matcher.AddToCart is { } add && _matcher.Checkout is { } checkout:
                Buy(intent, all, add, checkout);
                return;
            case IntentKind.Read:
                if (_matcher.Match(intent, IsAtHand(intent)) is { } read)
                {
                    _steps.Add(new Step(intent, read));
                }
                else if (all.Count == 1)
                {
                    _unmatched.Add(intent.Text);
                }

                return;
            default:
                Add(intent, _matcher.Match(intent));
                return;
        }
    }

    // "view the order" behind a step that makes one; "the orders" means the list.
    private bool IsAtHand(Intent intent) =>
        intent.Object.Head.Length > 0 && !intent.Object.Content[^1].Text.EndsWith('s')
        && _steps.Exists(step => step.Operation.Method == "POST" && step.Intent.ChangesState
            && (Words.Related(step.Operation.Noun, intent.Object.Head) || Words.Related(step.Intent.Verb, intent.Object.Head)));

    private void Buy(Intent intent, IReadOnlyList<Intent> all, Operation add, Operation checkout)
    {
        var fill = new Step(intent, add);
        _steps.Add(fill);
        // One checkout behind the last thing bought, unless the goal itself says where.
        var behind = all.SkipWhile(other => other != intent).Skip(1).ToList();
        if (behind.Exists(other => other.Kind == IntentKind.Buy) || behind.Exists(other => other.Kind == IntentKind.Create && _matcher.Match(other) == checkout))
        {
            return;
        }

        var order = new Step(intent, checkout);
        order.Filled.AddRange(_steps.Where(step => step.Operation == add));
        _steps.Add(order);
    }

    private void Add(Intent intent, Operation? operation)
    {
        if (operation is null)
        {
            _unmatched.Add(intent.Text);
            return;
        }

        var step = new Step(intent, operation);
        if (operation == _matcher.Checkout)
        {
            step.Filled.AddRange(_steps.Where(other => other.Operation == _matcher.AddToCart));
        }

        _steps.Add(step);
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

        step.State = StepState.Done;
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
        if (step.Failures >= MaxFailures || answer.ErrorType == "unknown_tool")
        {
            GiveUp(step, Reason(call, answer));
            return;
        }

        // 4. A value was wrong or missing; 5. the thing was not to be had: the next one.
        if (Problem.Repair(answer, call, _context.Values) || TakeAnother(step) || Refill(step))
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
        var login = _login?.Operation ?? _matcher.Login;
        if (call.Operation == login)
        {
            // Unknown there: register first, where the goal says who we are.
            if (_matcher.Register is { } register && _context.Credentials is not null && !_steps.Exists(other => other.Intent.Kind == IntentKind.Register))
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

    private static bool TakeAnother(Step step)
    {
        if (!step.Chosen.Remove(step.LastChosen, out var thing))
        {
            return false;
        }

        step.Excluded.Add(thing.Key);
        return true;
    }

    // The cart holds what cannot be had: take it out, if the API can, and put the next best in.
    private bool Refill(Step checkout)
    {
        var last = checkout.Filled.LastOrDefault(step => step.Chosen.Count > 0);
        if (last is null)
        {
            return false;
        }

        var remove = _matcher.RemoveFromCart;
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
        return TakeAnother(last);
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
