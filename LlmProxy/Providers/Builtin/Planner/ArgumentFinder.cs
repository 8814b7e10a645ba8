using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Fills an operation's parameters from the goal, the known state and earlier responses, or says which call must come first.</summary>
internal sealed partial class ArgumentFinder
{
    private const int MaxDepth = 4;

    private static readonly FrozenSet<string> Quantity = Words.Set("quantity qty count copies seats tickets units number guests people persons passengers participants nights amount places");
    private static readonly FrozenSet<string> Amount = Words.Set("amount value sum price total balance deposit money budget limit cents minor pence");
    private static readonly FrozenSet<string> Minor = Words.Set("cents minor pence");
    private static readonly FrozenSet<string> Holder = Words.Set("guest customer passenger holder recipient contact patient visitor attendee traveler traveller participant buyer full first last");
    private static readonly FrozenSet<string> Currency = Words.Set("currency");
    private static readonly FrozenSet<string> MainText = Words.Set("title name text content message body comment subject summary label note");
    private static readonly FrozenSet<string> SideText = Words.Set("description details remark reason reference memo purpose notes note");
    private static readonly FrozenSet<string> User = Words.Set("username user login email name account identifier member handle card");
    private static readonly FrozenSet<string> StartWords = Words.Set("from start begin after checkin departure");
    private static readonly FrozenSet<string> EndWords = Words.Set("to end until till before due return checkout out departure back");
    private static readonly FrozenSet<string> Optional = Words.Set("coupon promo voucher discount notes note comment description tags metadata created updated token version");

    private static readonly FrozenSet<string> Technical = Words.Set("idempotency key token id request correlation currency header version etag match iban");
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
        var lenient = operation.Method is "POST" or "PUT" && !operation.Parameters.Any(parameter => parameter is { Required: true, InPath: false });
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

        // 4. Which thing is meant.
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
        if (Said(parameter, operation, step) is { } said)
        {
            return Found.Of(said);
        }

        if (!needed)
        {
            return Found.Nothing;
        }

        // What moves money moves as much as the goal says.
        if (parameter.Is(Amount) && !parameter.Is(Quantity) | parameter.Tokens.Contains("amount") && parameter.Type is "string" or "integer" or "number" && operation.All.Any(other => other.Role.Length > 0))
        {
            return Found.StuckBecause($"the goal names no amount for {operation.Name}");
        }

        // 6. Parts.
        if (parameter.Type == "object")
        {
            return Parts(parameter.Properties, operation, step, depth);
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

        // 7. What is known under this name; else something plausible.
        if (_context.FromState(parameter) is { } known)
        {
            return Found.Of(Values.Typed(known, parameter.Type));
        }

        if (_context.Knowledge.Named(parameter.Name, parameter.Type) is { } seen && parameter.Enum.Length == 0 && !parameter.Is(Quantity) && !parameter.Is(MainText))
        {
            return Found.Of(Values.Typed(seen, parameter.Type));
        }

        return Found.Of(_context.Values.Make(parameter, step.Failures));
    }

    // A number that nobody asked for (weeks, priority) is better left to the API.
    private static bool IsUsual(Parameter parameter) => !parameter.Nullable
        && (parameter.Type is not ("integer" or "number") || parameter.Noun is not null || parameter.Is(Quantity) || parameter.Is(Amount)) && !parameter.Is(Optional) && parameter.Tokens is not ["id"];

    private Found Parts(Parameter[] properties, Operation operation, Step step, int depth)
    {
        var result = new JsonObject();
        var lenient = !properties.Any(property => property.Required);
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

    private JsonNode? Said(Parameter parameter, Operation operation, Step step)
    {
        var intent = step.Intent;
        if (parameter.Enum.Length > 0)
        {
            return GoalValues.Choice(intent, parameter);
        }

        if (parameter.Type == "boolean")
        {
            return GoalValues.Flag(intent, parameter);
        }

        var money = intent.Money;
        if (parameter.Is(Currency))
        {
            return money is { Currency.Length: > 0 } ? JsonValue.Create(money.Currency) : null;
        }

        if (parameter.Type is "integer" or "number")
        {
            if (parameter.Is(Amount) && money is not null)
            {
                var cents = parameter.Is(Minor) || MinorText().IsMatch(parameter.Description);
                return GoalValues.Number(cents ? money with { Number = money.Number * 100 } : money, parameter);
            }

            if (parameter.Is(Quantity))
            {
                return intent.Quantity is { } count ? JsonValue.Create(count)
                    : parameter.Required && intent.Kind is IntentKind.Buy or IntentKind.Create && !parameter.Is(Amount) ? JsonValue.Create(1) : null;
            }

            var numbers = intent.Tokens.Where(token => token.Kind is TokenKind.Number or TokenKind.Money).ToList();
            return numbers.Count == 1 && (parameter.Required || intent.Kind == IntentKind.Update) && Numbers.Fits(intent, numbers[0], parameter, operation) ? GoalValues.Number(numbers[0], parameter) : null;
        }

        if (parameter.Format is "date" or "date-time")
        {
            return Date(parameter, intent);
        }

        if (parameter.Type is "string" or "" && parameter.Format is "" or "email")
        {
            return Text(parameter, operation, step);
        }

        return null;
    }

    // "to bob, due tomorrow": somebody's name, and nothing of what follows it.
    private static JsonValue? Whom(Phrase phrase)
    {
        var first = phrase.Tokens.FirstOrDefault(token => token.IsValue || !Words.IsIdle(token.Stem));
        return first is null ? null : JsonValue.Create(first.IsCapital ? Naming.ProperNames(phrase.Tokens)[0] : first.Text);
    }

    // "to DE33" for toIban, "ship to Hamburg" for city
    private static JsonValue? ByRole(Parameter parameter, Intent intent)
    {
        if (parameter.Noun is null && parameter.Tokens is ["to" or "from", _, ..] && intent.Phrases.FirstOrDefault(phrase => phrase.Preposition == parameter.Tokens[0]) is { } phrase)
        {
            return phrase.Tokens.FirstOrDefault(token => token.Kind is TokenKind.Id or TokenKind.Literal or TokenKind.Email) is { } said ? JsonValue.Create(said.Text) : null;
        }

        if (!parameter.Tokens.Contains("city") && !parameter.Tokens.Contains("town"))
        {
            return null;
        }

        var place = intent.Phrases.Where(phrase => phrase.Preposition is "to" or "in").SelectMany(phrase => Naming.ProperNames(phrase.Tokens)).FirstOrDefault();
        return place is null ? null : JsonValue.Create(place);
    }

    private static bool IsOnlyText(Parameter parameter, Operation operation) =>
        parameter is { Required: true, InPath: false } && !parameter.IsPassword && !parameter.Is(Technical)
        && operation.Parameters.Count(other => other is { Required: true, InPath: false, Type: "string", Noun: null, Enum.Length: 0, Format: "" }) == 1;

    // "react with thumbsup": the one text that the operation wants is the one thing that is left of the words.
    private static JsonValue? Leftover(Step step)
    {
        var literal = step.Intent.Tokens.FirstOrDefault(token => token.Kind is TokenKind.Literal or TokenKind.Id && !step.IsClaimed(token));
        var word = step.Intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "with" or "using")?.Content.FirstOrDefault(token => !step.IsClaimed(token));
        return (literal ?? word) is { } found ? JsonValue.Create(found.Text) : null;
    }

    // A proper name that names no thing of the API is a person's.
    private static string? Person(Parameter parameter, Step step)
    {
        var free = step.Intent.Tokens.Where(token => !step.IsClaimed(token)).ToList();
        var name = Naming.ProperNames(free).Find(candidate => candidate.Contains(' ', StringComparison.Ordinal))
            ?? step.Intent.Phrases.Where(phrase => phrase.Preposition is "for" or "under").SelectMany(phrase => Naming.ProperNames(phrase.Tokens)).FirstOrDefault();
        return name is null ? null
            : parameter.Tokens.Contains("first") ? name.Split(' ')[0]
            : parameter.Tokens.Contains("last") || parameter.Tokens.Contains("famili") ? name.Split(' ')[^1]
            : name;
    }

    private static JsonValue? Date(Parameter parameter, Intent intent)
    {
        var dates = intent.Tokens.Where(token => token.Kind == TokenKind.Date).ToList();
        if (dates.Count == 0)
        {
            return null;
        }

        // "check_in" begins as "checkin" does.
        var ends = parameter.Is(EndWords) && !parameter.Is(StartWords) && !parameter.Tokens.Contains("in");
        var behind = intent.Phrases.Where(phrase => ends ? phrase.Preposition is "until" or "till" or "to" : phrase.Preposition is "from" or "starting")
            .SelectMany(phrase => phrase.Tokens).FirstOrDefault(dates.Contains);
        var token = behind ?? (dates.Count > 1 && ends ? dates[^1] : dates[0]);
        var text = token.Text;
        return JsonValue.Create(parameter.Format == "date-time" && text.Length == 10 ? text + "T10:00:00Z" : parameter.Format == "date" && text.Length > 10 ? text[..10] : text);
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\b(?:cents?|pence|minor (?:currency )?units?|smallest (?:currency )?unit)\b", System.Text.RegularExpressions.RegexOptions.IgnoreCase)]
    private static partial System.Text.RegularExpressions.Regex MinorText();

    // A literal that names no other thing is what the new thing is called or says.
    private static JsonNode? Text(Parameter parameter, Operation operation, Step step)
    {
        var intent = step.Intent;
        if (parameter.Format == "email" || parameter.Tokens.Contains("email"))
        {
            return intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Email) is { } mail ? JsonValue.Create(mail.Text) : null;
        }

        // "assign it to bob" where the assignee is a plain text
        if (intent.Verb.Length > 0 && intent.Kind is IntentKind.Act or IntentKind.Update && parameter.Tokens.Any(token => Words.Related(intent.Verb, token))
            && intent.Phrases.FirstOrDefault(phrase => phrase.Preposition is "to" or "as") is { Tokens.Count: > 0 } behind)
        {
            return Whom(behind);
        }

        if (Addresses.Is(parameter) && Addresses.Find(intent) is { } address)
        {
            return address;
        }

        if (ByRole(parameter, intent) is { } there)
        {
            return there;
        }

        // Some write amounts as text: "120.50".
        if (parameter.Is(Amount) && (intent.Money ?? intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Number)) is { } sum)
        {
            return Amounts.Write(sum.Number, parameter);
        }

        var isMain = parameter.Is(MainText);
        if (parameter.Tokens.Contains("name") && (parameter.IsInner || parameter.Is(Holder)) && Person(parameter, step) is { } person)
        {
            return JsonValue.Create(person);
        }

        if (!isMain && !parameter.Is(SideText))
        {
            return IsOnlyText(parameter, operation) ? Leftover(step) : null;
        }

        var texts = operation.Parameters.Concat(operation.Parameters.SelectMany(other => other.Properties))
            .Where(other => other.Type == "string" && other.Enum.Length == 0 && (other.Is(MainText) || other.Is(SideText)) && other.Noun is null)
            .OrderBy(other => other.Is(MainText) ? 0 : 1).ToList();
        var free = GoalValues.FreeLiterals(intent, operation).Where(literal => !step.IsClaimed(literal)).ToList();
        var at = texts.IndexOf(parameter);
        return at >= 0 && at < free.Count ? JsonValue.Create(free[at].Text) : null;
    }
}
