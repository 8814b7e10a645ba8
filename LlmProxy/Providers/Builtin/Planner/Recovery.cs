using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What is done about a call that failed: again, logged in anew, with another value, with another thing, or given up.</summary>
internal sealed class Recovery(PlanContext context, Plan plan)
{
    private const int MaxFailures = 3;
    private const int MaxRepeats = 2;

    /// <summary>Decides what a refusal or failure means for the step that the call was made for.</summary>
    public void Fail(Planned call, Observation answer)
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
        if (answer.Status == 409 && step.Intent.Kind == IntentKind.Register && plan.Login is not null && context.Credentials is not null)
        {
            step.State = StepState.Done;
            return;
        }

        step.Failures++;
        step.Refusal = Reason(call, answer);
        if (step.Failures >= MaxFailures || answer.ErrorType == "unknown_tool")
        {
            plan.GiveUp(step, Reason(call, answer));
            return;
        }

        // 4. A value was wrong or missing; 5. the thing was not to be had: the next one.
        if (Problem.Repair(answer, call, context.Values) || TakeAnother(step, answer) || Refill(step, answer))
        {
            return;
        }

        // 6. What was made up may merely be taken.
        if (answer.Status is not (409 or 422 or 400) || step.Failures > 1)
        {
            plan.GiveUp(step, Reason(call, answer));
        }
    }

    private bool Reauthenticate(Planned call, Observation answer)
    {
        var login = plan.Login?.Operation ?? context.Tools.Matcher.Special.Login;
        if (call.Operation == login)
        {
            // Unknown there: register first, where the goal says who we are.
            if (context.Tools.Matcher.Special.Register is { } register && context.Credentials is not null && !plan.Steps.Exists(other => other.Intent.Kind == IntentKind.Register))
            {
                var intent = new Intent { Kind = IntentKind.Register, Verb = "register", Text = "register", Phrases = [new Phrase("", [])] };
                plan.Steps.Insert(plan.Steps.IndexOf(call.Step), new Step(intent, register));
                return true;
            }

            plan.GiveUp(call.Step, Reason(call, answer));
            return true;
        }

        if (login is null || call.Step.Fixed.ContainsKey("") || (context.Credentials is null && !context.State.Any(entry => entry.Name.Contains("password"))))
        {
            plan.GiveUp(call.Step, Reason(call, answer));
            return true;
        }

        call.Step.Fixed[""] = null; // once for each step
        var again = new Intent { Kind = IntentKind.Login, Verb = "login", Text = "log in again", Phrases = [new Phrase("", [])] };
        plan.Steps.Insert(plan.Steps.IndexOf(call.Step), new Step(again, login));
        return true;
    }

    // Which of the things chosen was refused: the one the refusal speaks of, else the last that the goal does not name outright.
    /// <summary>Lets go of the thing that was refused, so that another is chosen; false where there is none to let go.</summary>
    public static bool TakeAnother(Step step, Observation answer)
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

        var remove = context.Tools.Matcher.Special.RemoveFromCart;
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

            plan.Steps.Insert(plan.Steps.IndexOf(last), removal);
        }

        last.State = StepState.Open;
        return TakeAnother(last, answer);
    }

    private static string Reason(Planned call, Observation answer) => $"{call.Step.Intent.Text}: {call.Operation.Name} answered {Problem.Describe(answer)}";
}
