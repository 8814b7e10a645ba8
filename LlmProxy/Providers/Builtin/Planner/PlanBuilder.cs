using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Makes the steps of a goal: which operation each intent needs, and what goes with it (a cart needs a checkout).</summary>
internal sealed class PlanBuilder(IntentMatcher matcher)
{
    private static readonly FrozenSet<string> Qualifiers = Words.Set("pay ship deliver use apply settle charge send leave");

    public List<Step> Steps { get; } = [];

    /// <summary>The goal's own words for which no operation was found. What comes behind the first of them has no steps: it may build on it.</summary>
    public List<string> Unmatched { get; } = [];

    /// <summary>The step that logs in; null when the goal has none.</summary>
    public Step? Login { get; private set; }

    public void Add(IReadOnlyList<Intent> intents)
    {
        var all = Qualified(intents);
        foreach (var intent in all)
        {
            var before = Steps.Count;
            var isLost = Unmatched.Count > 0;
            AddSteps(intent, all);
            if (isLost)
            {
                Steps.RemoveRange(before, Steps.Count - before);
            }
        }
    }

    // "... and pay by card" where nothing is paid apart says how to order.
    private List<Intent> Qualified(IReadOnlyList<Intent> intents)
    {
        List<Intent> result = [];
        foreach (var intent in intents)
        {
            if (result.Count > 0 && result[^1].Kind is IntentKind.Buy or IntentKind.Create && Qualifiers.Contains(intent.Verb) && matcher.Match(intent) is null)
            {
                result[^1] = result[^1].With(intent);
            }
            else
            {
                result.Add(intent);
            }
        }

        return result;
    }

    private void AddSteps(Intent intent, IReadOnlyList<Intent> all)
    {
        switch (intent.Kind)
        {
            case IntentKind.Choose:
                return;
            case IntentKind.Login:
                if (matcher.Special.Login is { } login)
                {
                    Steps.Add(Login = new Step(intent, login));
                }

                return;
            case IntentKind.Logout:
                if (matcher.Special.Logout is { } logout)
                {
                    Steps.Add(new Step(intent, logout));
                }

                return;
            case IntentKind.Register:
                Add(intent, matcher.Special.Register ?? matcher.Match(intent));
                return;
            case IntentKind.Create or IntentKind.Buy when matcher.Special.AddToCart is { } put && matcher.IsIntoCart(intent):
                Add(intent, put);
                return;
            case IntentKind.Buy when intent.Object.Content.Count == 0 && matcher.Special.Checkout is { } order && !intent.Object.Tokens.Any(token => token.IsValue)
                && Steps.Exists(step => step.Operation == matcher.Special.AddToCart) && !Steps.Exists(step => step.Operation == order):
                Add(intent, order); // "..., and order with express delivery"
                return;
            case IntentKind.Buy when matcher.Special.AddToCart is { } add && matcher.Special.Checkout is { } checkout:
                Buy(intent, all, add, checkout);
                return;
            case IntentKind.Read:
                if (matcher.Match(intent, IsAtHand(intent)) is { } read)
                {
                    // "..., and open it": what was made just before, and not the list that it is in.
                    read = read.IsCollection && intent.PointsBack && intent.Text.EndsWith(" it", StringComparison.Ordinal) && Steps is [.., { Operation: { IsCreating: true, Noun: var made } }] && made == read.Noun ? matcher.One(made) ?? read : read;
                    Steps.Add(new Step(intent, read));
                }
                else if (!intent.PointsBack)
                {
                    Unmatched.Add(intent.Text);
                }

                return;
            case IntentKind.Act when intent.PointsBack && intent.Verb == "open" && matcher.Match(intent) is null:
                AddSteps(intent.As(IntentKind.Read, "view"), all); // "..., and open it": a look, where nothing is opened otherwise
                return;
            default:
                // "confirm the booking" where nothing confirms: what makes one, unless a step makes it anyway.
                Add(intent, matcher.Match(intent) ?? (matcher.MatchMaker(intent) is { } maker && !Steps.Exists(step => step.Operation == maker) ? maker : null));
                return;
        }
    }

    // "view the order" behind a step that makes one; "the orders" means the list.
    private bool IsAtHand(Intent intent) =>
        intent.Object.Head.Length > 0 && !intent.Object.Content[^1].Text.EndsWith('s')
        && Steps.Exists(step => step.Operation.Method == "POST" && step.Intent.ChangesState
            && (Words.Related(step.Operation.Noun, intent.Object.Head) || Words.Related(step.Intent.Verb, intent.Object.Head)));

    private void Buy(Intent intent, IReadOnlyList<Intent> all, Operation add, Operation checkout)
    {
        var fill = new Step(intent, add);
        Steps.Add(fill);
        // One checkout behind the last thing bought, unless the goal itself says where.
        var behind = all.SkipWhile(other => other != intent).Skip(1).ToList();
        if (behind.Exists(other => other.Kind == IntentKind.Buy) || behind.Exists(other => other.Kind == IntentKind.Create && matcher.Match(other) == checkout))
        {
            return;
        }

        var order = new Step(intent, checkout);
        order.Filled.AddRange(Steps.Where(step => step.Operation == add));
        Steps.Add(order);
    }

    private void Add(Intent intent, Operation? operation)
    {
        if (operation is null)
        {
            Unmatched.Add(intent.Text);
            return;
        }

        if (operation.HasLines && intent.Kind is IntentKind.Buy or IntentKind.Create && Steps.Count > 0 && Steps[^1] is { Lines.Count: > 0 } order && order.Operation == operation && order.Intent.Verb == intent.Verb)
        {
            order.Lines.Add(new Step(intent, operation));
            order.Intent = order.Intent.With(intent);
            return;
        }

        var step = new Step(intent, operation) { Alternatives = [.. matcher.Rank(intent).Where(other => other != operation && other.Noun == operation.Noun
            && (intent.Kind is IntentKind.Create or IntentKind.Buy || (other.Method == operation.Method || !other.IsCreating) && other is { EndsWithParameter: true } or { Parent.Length: > 0, IsCollection: false }))] };
        if (operation.HasLines && intent.Kind is IntentKind.Buy or IntentKind.Create)
        {
            step.Lines.Add(new Step(intent, operation));
        }

        if (operation == matcher.Special.Checkout)
        {
            step.Filled.AddRange(Steps.Where(other => other.Operation == matcher.Special.AddToCart));
        }

        Steps.Add(step);
    }
}
