using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What an intent says without naming the parameter: its amount, its dates and times, whoever it is for, and its texts.</summary>
internal static class SaidValues
{
    public static readonly FrozenSet<string> Quantity = Words.Set("quantity qty count copies seats tickets units number guests people persons passengers participants nights amount places party covers heads");
    public static readonly FrozenSet<string> Amount = Words.Set("amount value sum price total balance deposit money budget limit cents minor pence");
    public static readonly FrozenSet<string> MainText = Words.Set("title name text content message body comment subject summary label note titel betreff");

    private static readonly FrozenSet<string> Holder = Words.Set("guest customer passenger holder recipient contact patient visitor attendee traveler traveller participant buyer full first last");
    private static readonly FrozenSet<string> TimeWords = Words.Set("time hour clock");
    private static readonly FrozenSet<string> PhoneWords = Words.Set("phone mobile tel telephone cell");
    private static readonly FrozenSet<string> Currency = Words.Set("currency");
    private static readonly FrozenSet<string> SideText = Words.Set("description details remark reason reference memo purpose notes note");
    private static readonly FrozenSet<string> StartWords = Words.Set("from start begin after checkin departure");
    private static readonly FrozenSet<string> EndWords = Words.Set("to end until till before due return checkout out departure back");
    private static readonly FrozenSet<string> Technical = Words.Set("idempotency key token id request correlation currency header version etag match iban");
    private static readonly string City = Words.Stem("city");
    private static readonly string Party = Words.Stem("party");

    /// <summary>Whether a parameter is an amount of money rather than of things, as far as its name tells.</summary>
    public static bool IsSum(Parameter parameter) => parameter.Is(Amount) && (!parameter.Is(Quantity) || parameter.Tokens.Contains("amount"));

    /// <summary>The value that the words hold for a parameter; null when they hold none.</summary>
    public static JsonNode? Find(Parameter parameter, Operation operation, Step step)
    {
        var intent = step.Intent;
        if (parameter.Enum.Length > 0)
        {
            return GoalValues.Choice(intent, parameter) ?? Languages.Choice(intent, parameter);
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
            if (parameter.Is(Amount) && (Sums.Find(intent, parameter, operation) ?? (money is null ? null : Amounts.Number(money, parameter))) is { } sum)
            {
                return sum;
            }

            if (Sums.Unheld(intent, parameter, operation) is not null)
            {
                return null;
            }

            if (parameter.Is(Quantity))
            {
                return intent.Quantity is { } count ? JsonValue.Create(count)
                    : intent.Kind is IntentKind.Update or IntentKind.Act && intent.Tokens.Where(token => token.Kind == TokenKind.Number).ToList() is [var only] && Numbers.Fits(intent, only, parameter, operation) ? GoalValues.Number(only, parameter)
                    : parameter.Required && intent.Kind is IntentKind.Buy or IntentKind.Create && !parameter.Is(Amount) ? JsonValue.Create(1) : null;
            }

            var numbers = intent.Tokens.Where(token => token.Kind is TokenKind.Number or TokenKind.Money).ToList();
            var isWorth = parameter.Is(Amount) && intent.Quantity is null && intent.Kind == IntentKind.Create;
            return numbers.Count == 1 && (parameter.Required || intent.Kind == IntentKind.Update || isWorth) && Numbers.Fits(intent, numbers[0], parameter, operation) ? GoalValues.Number(numbers[0], parameter) : null;
        }

        if (parameter.Format is "date" or "date-time")
        {
            return Date(parameter, intent);
        }

        if (parameter.Type is "string" or "" && (parameter.Format == "time" || (parameter.Format.Length == 0 && parameter.Is(TimeWords))))
        {
            var times = intent.Tokens.Where(token => token.Kind == TokenKind.Time).ToList();
            var time = times.Count > 1 && parameter.Is(EndWords) && !parameter.Is(StartWords) ? times[^1] : times.FirstOrDefault();
            return time is not null ? JsonValue.Create(parameter.Format == "time" ? time.Text + ":00" : time.Text) : null;
        }

        if (parameter.Is(PhoneWords) && intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Phone) is { } phone)
        {
            return JsonValue.Create(phone.Text);
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

        if (!parameter.Tokens.Contains(City) && !parameter.Tokens.Contains("town"))
        {
            return null;
        }

        var place = intent.Phrases.OrderBy(phrase => phrase.Preposition == "in" ? 0 : 1).Where(phrase => phrase.Preposition is "to" or "in").SelectMany(phrase => Naming.ProperNames(phrase.Tokens)).FirstOrDefault();
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

    // The name of a booking that also asks for a phone or for how many come is a person's.
    private static bool IsContact(Parameter parameter, Operation operation) => parameter.Tokens is ["name"]
        && operation.Parameters.Any(other => other.Is(PhoneWords) || other.Tokens.Contains("email") || other.Tokens.Contains(Party));

    // A proper name that names no thing of the API is a person's.
    private static string? Person(Parameter parameter, Step step)
    {
        // Whose address is given beside; then for whom it is; then whoever is named.
        var free = step.Intent.Tokens.Where(token => !step.IsClaimed(token)).ToList();
        var mail = free.FindIndex(token => token.Kind == TokenKind.Email);
        var before = mail > 0 ? free.Take(mail).Reverse().TakeWhile(token => token.IsCapital).Reverse().ToList() : [];
        var beside = before.FindLastIndex(token => token.StartsPhrase);
        var name = (before.Count > 0 ? string.Join(' ', before.Skip(Math.Max(beside, 0)).Select(token => token.Text)) : null)
            ?? step.Intent.Phrases.Where(phrase => phrase.Preposition is "for" or "under").SelectMany(phrase => Naming.ProperNames([.. phrase.Tokens.Where(token => !step.IsClaimed(token))])).FirstOrDefault(candidate => candidate.Contains(' ', StringComparison.Ordinal))
            ?? Naming.ProperNames(free).Find(candidate => candidate.Contains(' ', StringComparison.Ordinal))
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
        return JsonValue.Create(parameter.Format == "date-time" && text.Length == 10 ? $"{text}T{intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Time)?.Text ?? "10:00"}:00Z" : parameter.Format == "date" && text.Length > 10 ? text[..10] : text);
    }

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
        if (parameter.Is(Amount) && Sums.Find(intent, parameter, operation) is { } said)
        {
            return said;
        }

        if (parameter.Is(Amount) && (intent.Money ?? intent.Tokens.FirstOrDefault(token => token.Kind == TokenKind.Number)) is { } sum)
        {
            return Amounts.Write(sum.Number, parameter);
        }

        var isMain = parameter.Is(MainText);
        if (parameter.Tokens.Contains("name") && (parameter.IsInner || parameter.Is(Holder) || IsContact(parameter, operation)) && Person(parameter, step) is { } person)
        {
            return JsonValue.Create(person);
        }

        if (!isMain && !parameter.Is(SideText))
        {
            return IsOnlyText(parameter, operation) ? Leftover(step) : null;
        }

        var texts = operation.All
            .Where(other => other.Type == "string" && other.Enum.Length == 0 && (other.Is(MainText) || other.Is(SideText)) && other.Noun is null)
            .OrderBy(other => other.Is(MainText) ? 0 : 1).ToList();
        var free = GoalValues.FreeLiterals(intent, operation).Where(literal => !step.IsClaimed(literal)).ToList();
        var at = texts.IndexOf(parameter);
        return at >= 0 && at < free.Count ? JsonValue.Create(free[at].Text)
            : at == 0 && parameter.Required && intent.Kind == IntentKind.Create ? Unquoted(parameter, operation, step) : null;
    }

    // "create a folder Taxes": what follows what is made is its name; "book the room for 'Colloquium'": a text that says nothing of any thing.
    private static JsonValue? Unquoted(Parameter parameter, Operation operation, Step step)
    {
        var spoken = step.Intent.Object;
        var at = parameter.Tokens is ["name"] or ["title"] && spoken.Content.FirstOrDefault(token => !token.IsCapital) is { } head && Words.Related(head.Stem, operation.Noun)
            ? spoken.Tokens.ToList().IndexOf(head) : -1;
        var name = at < 0 ? [] : spoken.Tokens.Skip(at + 1).TakeWhile(token => token.IsCapital && !step.IsClaimed(token)).Select(token => token.Text).ToList();
        var literal = step.Intent.Tokens.Where(token => token.Kind == TokenKind.Literal && !step.IsClaimed(token)).ToList();
        return name.Count > 0 ? JsonValue.Create(string.Join(' ', name))
            : literal is [var only] && step.Intent.Phrases.Any(phrase => phrase.Preposition == "for" && phrase.Tokens is [var alone] && alone == only) ? JsonValue.Create(only.Text) : null;
    }
}
