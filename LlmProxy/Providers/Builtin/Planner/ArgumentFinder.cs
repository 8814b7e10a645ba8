using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Fills an operation's parameters from the goal, the known state and earlier responses, or says which call must come first.</summary>
internal sealed class ArgumentFinder
{
    private const int MaxDepth = 4;

    private static readonly FrozenSet<string> User = Words.Set("username user login email name account identifier member handle card");
    private static readonly FrozenSet<string> Optional = Words.Set("coupon promo voucher discount notes note comment description tags metadata created updated token version reason");

    private static readonly FrozenSet<string> Answered = Words.Set("reply parent thread quoted");
    private static readonly string Reply = Words.Stem("reply");

    private readonly PlanContext _context;
    private readonly ReferenceFinder _references;

    public ArgumentFinder(PlanContext context)
    {
        _context = context;
        Lookups = new Lookups(context, this);
        Explorer = new Explorer(context, this);
        _references = new ReferenceFinder(context, this);
    }

    /// <summary>Looks into one place after the other.</summary>
    public Explorer Explorer { get; }

    /// <summary>Listings and searches.</summary>
    public Lookups Lookups { get; }

    /// <summary>All arguments of an operation. Either they are complete, or a call must come first, or it cannot be done.</summary>
    public (JsonObject Arguments, Found Obstacle) Fill(Operation operation, Step step, int depth)
    {
        var arguments = new JsonObject();
        // Some documents mark no body property as required; then all that are not obviously optional are taken to be.
        var lenient = (operation.Method is "POST" || operation is { Method: "PUT", EndsWithParameter: false }) && !operation.Parameters.Any(parameter => parameter is { Required: true, InPath: false });
        // References first: what names a thing is no text of its own.
        foreach (var parameter in operation.Parameters.OrderBy(parameter => parameter.Noun is null && parameter.Item?.Noun is null))
        {
            var needed = parameter.Required || step.Wanted.Contains(parameter.Name)
                || (lenient && IsUsual(parameter));
            var found = Find(parameter, operation, step, needed, depth);
            if (found.Ends)
            {
                if (!needed && found.Stuck is not null)
                {
                    continue;
                }

                return (arguments, found);
            }

            if (found.HasValue)
            {
                arguments[parameter.Name] = found.Value!.DeepClone();
            }
        }

        return (arguments, Found.Nothing);
    }

    /// <summary>One argument, or the call that must come first.</summary>
    public Found Find(Parameter parameter, Operation operation, Step step, bool needed, int depth)
    {
        // 1. What a refusal asked for.
        if (step.Fixed.TryGetValue(parameter.Name, out var set))
        {
            return Found.Of(set);
        }

        if (parameter.Schema.ValueKind == JsonValueKind.Object && parameter.Schema.TryGetProperty("const", out _))
        {
            return Found.Of(_context.Values.Make(parameter, 0));
        }

        // 2. Who we are.
        if (step.Intent.Kind is IntentKind.Login or IntentKind.Register && operation == step.Operation
            && Credential(parameter, operation, needed) is { } credential)
        {
            return Found.Of(credential);
        }

        // "reply to the message 'X'": replyTo is the message
        if (parameter.Noun is null && !parameter.InPath && step.Intent.Verb == Reply && parameter.Type is "string" or "integer" && parameter.Is(Answered) && parameter.Enum.Length == 0)
        {
            return depth > MaxDepth ? Found.Nothing : _references.Find(parameter.As(operation.Noun), operation, step, needed, depth + 1);
        }

        // 3. What the goal says under this very name.
        if (parameter.Noun is null && (GoalValues.Attribute(step.Intent, parameter) ?? Durations.Find(step.Intent, parameter)) is { } attribute)
        {
            return Found.Of(attribute);
        }

        // "move the letter into it": what was made just before.
        if (parameter is { InPath: false, Required: false, Noun: { } pointed } && step.Intent.PointsTo && _context.Knowledge.Things.FindLast(thing => thing.Made && thing.IsA(pointed))?.IdFor(parameter, pointed) is { } made)
        {
            return Found.Of(Values.Typed(made, parameter.Type));
        }

        // 4. Which thing is meant. The id of the path is said again in some bodies.
        if (parameter.Reference is { } reference)
        {
            parameter = Array.Find(operation.Parameters, other => other.InPath && other.Noun == reference.Noun) ?? reference;
        }

        if (parameter.Noun is not null || parameter.Item?.Noun is not null)
        {
            return needed || PhraseFinder.IsMentioned(parameter.Noun is not null ? parameter : parameter.Item!, step.Intent, operation, _context.Tools)
                ? depth > MaxDepth ? Found.StuckBecause($"{parameter.Name} needs too many other calls first") : _references.Find(parameter, operation, step, needed, depth)
                : Found.Nothing;
        }

        if (parameter is { Type: "array", Item: { Type: "string", Enum.Length: 0, Properties.Length: 0 } } && Listed.Find(step.Intent, parameter) is { } listed)
        {
            return Found.Of(listed);
        }

        // 5. What the goal says without naming it.
        if (SaidValues.Find(parameter, operation, step) is { } said)
        {
            return Found.Of(said);
        }

        if (!needed && !Speaks(step.Intent, parameter))
        {
            return Found.Nothing;
        }

        // What moves money moves as much as the goal says.
        if (SaidValues.IsSum(parameter) && parameter.Type is "string" or "integer" or "number")
        {
            if (parameter.Required && Sums.Unheld(step.Intent, parameter, operation) is { } sum)
            {
                return Found.StuckBecause($"{step.Intent.Text}: {parameter.Name} of {operation.Name} cannot hold the amount {sum.Text}");
            }

            if (operation.All.Any(other => other.Role.Length > 0))
            {
                return Found.StuckBecause($"the goal names no amount for {operation.Name}");
            }
        }

        // 6. Parts.
        if (parameter.Type == "object")
        {
            return Parts(parameter.Properties, operation, Side(parameter, step), depth);
        }

        if (parameter is { Type: "array", Item: { } item })
        {
            if (item.Type == "object" && step.Lines.Count > 0)
            {
                return Lines(item.Properties, operation, step, depth);
            }

            var inner = item.Type == "object" ? Parts(item.Properties, operation, step, depth) : Find(item, operation, step, true, depth + 1);
            return inner.HasValue ? Found.Of(new JsonArray(inner.Value!.DeepClone())) : inner;
        }

        // 7. What is known under this name; else something plausible. What is replaced as a whole keeps what it has.
        if (operation.Method == "PUT" && step.Chosen.Values.Select(thing => thing.Has(parameter.Name)).FirstOrDefault(kept => kept is not null) is { } kept)
        {
            return Found.Of(Values.Typed(kept, parameter.Type));
        }

        if (_context.FromState(parameter) is { } known)
        {
            return Found.Of(Values.Typed(known, parameter.Type));
        }

        if (!Values.IsUnique(parameter) && _context.Knowledge.Named(parameter.Name, parameter.Type) is { } seen && parameter.Enum.Length == 0 && !parameter.Is(SaidValues.Quantity) && !parameter.Is(SaidValues.MainText))
        {
            return Found.Of(Values.Typed(seen, parameter.Type));
        }

        // What is asked for by somebody's address or name is not found by one that is made up.
        return operation.IsRead && operation != step.Operation && Values.IsMadeUp(parameter)
            ? Found.StuckBecause($"the goal does not give the {parameter.Name} that {operation.Name} asks for")
            : Found.Of(_context.Values.Make(parameter, Values.IsUnique(parameter) ? _context.Knowledge.Answered(operation.Name) : step.Failures));
    }

    // A number that nobody asked for (weeks, priority) is better left to the API.
    private static bool IsUsual(Parameter parameter) => !parameter.Nullable && parameter.Enum.Length == 0 && parameter.Type != "boolean"
        && (parameter.Type is not ("integer" or "number") || parameter.Noun is not null || parameter.Is(SaidValues.Quantity) || parameter.Is(SaidValues.Amount)) && !parameter.Is(Optional) && parameter.Tokens is not ["id"];

    // Whether the goal gives a property of an object by its name: then the object is wanted, though it need not be there.
    private static bool Speaks(Intent intent, Parameter parameter) => parameter.Type == "object" && parameter.Properties.Any(property => property.Noun is null
        && (property.Type == "object" ? Speaks(intent, property) : property.Enum.Length != 1 && GoalValues.Attribute(intent, property) is not null));

    private Found Parts(Parameter[] properties, Operation operation, Step step, int depth)
    {
        var result = new JsonObject();
        var lenient = operation.Method != "PATCH" && !properties.Any(property => property.Required);
        foreach (var property in properties)
        {
            var needed = property.Required || (lenient && IsUsual(property)) || step.Wanted.Contains(property.Name);
            var found = Find(property, operation, step, needed, depth + 1);
            if (found.Ends && (needed || found.Call is not null))
            {
                return found;
            }

            if (found.HasValue)
            {
                result[property.Name] = found.Value!.DeepClone();
            }
        }

        return Found.Of(result);
    }

    // "from Ann Lee in Vienna to Bob Ray in Graz": of the sender only what is said behind "from".
    private static Step Side(Parameter parameter, Step step)
    {
        var role = Parameter.RoleOf(parameter.Tokens[0]);
        var from = role.Length == 0 ? -1 : step.Intent.Phrases.ToList().FindIndex(phrase => phrase.Preposition == role && phrase.Tokens.Any(token => token.IsCapital || token.IsValue));
        return from < 0 ? step : new Step(step.Intent.Only([new Phrase("", []), step.Intent.Phrases[from],
            .. step.Intent.Phrases.Skip(from + 1).TakeWhile(phrase => phrase.Preposition is not ("from" or "to" or "by"))]), step.Operation);
    }

    // "a tea and two scones" is one order of two lines.
    private Found Lines(Parameter[] properties, Operation operation, Step step, int depth)
    {
        var lines = new JsonArray();
        foreach (var line in step.Lines)
        {
            var found = Parts(properties, operation, line, depth);
            if (!found.HasValue)
            {
                return found;
            }

            lines.Add(found.Value!.DeepClone());
        }

        return Found.Of(lines);
    }

    private JsonNode? Credential(Parameter parameter, Operation operation, bool needed)
    {
        if (parameter.IsPassword)
        {
            return _context.Credentials?.Password is { } password ? JsonValue.Create(password)
                : _context.FromState(parameter) is { } known ? Values.Typed(known, "string")
                : needed ? _context.Values.Make(parameter, 0) : null;
        }

        // The name is the first thing beside the password that looks like one.
        var user = operation.Parameters.FirstOrDefault(candidate => candidate.Type is "string" or "integer" && candidate.Enum.Length == 0
            && candidate.Is(User) && !candidate.IsPassword);
        user ??= operation.Parameters.FirstOrDefault(candidate => candidate is { Required: true, Type: "string" } && !candidate.IsPassword);
        if (_context.Credentials?.User is not { } name || parameter.Type is not ("string" or "integer" or ""))
        {
            return null;
        }

        var isEmail = parameter.Format == "email" || parameter.Tokens.Contains("email");
        if (parameter == user || (needed && parameter.Is(User)))
        {
            // "ann" is no e-mail address; where one is asked for beside the name, it is made from it.
            var address = isEmail && parameter != user && !name.Contains('@', StringComparison.Ordinal);
            return address && name.StartsWith("{{", StringComparison.Ordinal) ? null : Values.Typed(address ? name + "@example.com" : name, parameter.Type);
        }

        return null;
    }
}
