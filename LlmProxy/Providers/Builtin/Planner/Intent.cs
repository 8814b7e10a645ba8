namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>One thing the goal wants done.</summary>
internal sealed class Intent
{
    private string? _signature;

    public required IntentKind Kind { get; init; }

    /// <summary>Stem of its verb; empty when there is none.</summary>
    public required string Verb { get; init; }

    /// <summary>Stem of the word that belongs to the verb, as "in" of "check in"; empty for none.</summary>
    public string Particle { get; init; } = "";

    /// <summary>Its words as the goal has them, for messages.</summary>
    public required string Text { get; init; }

    /// <summary>The phrases behind the verb: the object first (empty preposition), then one per preposition.</summary>
    public required IReadOnlyList<Phrase> Phrases { get; init; }

    public Phrase Object => Phrases[0];

    /// <summary>A text that two intents share only when they say the same: what was found for one holds for the other.</summary>
    public string Signature => _signature ??= $"{Kind} {Verb} {Particle} {PointsBack} {string.Join('|', Phrases.Select(static phrase => phrase.Preposition + ":" + string.Join(' ', phrase.Tokens.Select(static token => token.Text))))}";

    /// <summary>Whether the object is only pointed at: "it", "them", "that one".</summary>
    public bool PointsBack { get; init; }

    /// <summary>The same with what another clause says of it: "buy a tea" and "pay by card".</summary>
    public Intent With(Intent more) => new()
    {
        Kind = Kind, Verb = Verb, Particle = Particle, Text = Text + " and " + more.Text, PointsBack = PointsBack, Quantity = Quantity ?? more.Quantity,
        Phrases = [.. Phrases, .. more.Phrases.Where(phrase => phrase.Tokens.Count > 0).Select(phrase => phrase.Preposition.Length > 0 ? phrase : new Phrase("with", phrase.Tokens))],
    };

    /// <summary>The same, understood as another sort of doing.</summary>
    public Intent As(IntentKind kind, string verb) => new() { Kind = kind, Verb = verb, Text = Text, Phrases = Phrases, PointsBack = PointsBack, Particle = Particle, Quantity = Quantity };

    /// <summary>The same with its dates as they are seen from <paramref name="now"/>.</summary>
    public Intent On(DateTimeOffset now) => !Tokens.Any(GoalDates.IsRelative) ? this : new()
    {
        Kind = Kind, Verb = Verb, Particle = Particle, Text = Text, PointsBack = PointsBack, Quantity = Quantity,
        Phrases = [.. Phrases.Select(phrase => new Phrase(phrase.Preposition, [.. phrase.Tokens.Select(token => GoalDates.IsRelative(token) ? token with { Text = GoalDates.Resolve(token.Text, now) } : token)]))],
    };

    /// <summary>The same with only some of its phrases.</summary>
    public Intent Only(IReadOnlyList<Phrase> phrases) => new() { Kind = Kind, Verb = Verb, Particle = Particle, Text = Text, PointsBack = PointsBack, Quantity = Quantity, Phrases = phrases };

    public IEnumerable<GoalToken> Tokens => Phrases.SelectMany(phrase => phrase.Tokens);

    /// <summary>How many; null when the goal does not say.</summary>
    public int? Quantity { get; init; }

    /// <summary>Whether a phrase behind a preposition only points at something: "into it".</summary>
    public bool PointsTo => Phrases.Skip(1).Any(static phrase => phrase.Preposition is "to" or "into" or "in" or "on" or "onto" && phrase.Tokens is [{ } only] && (only.Is("it") || only.Is("that") || only.Is("them")));

    /// <summary>Whether it shall be done to each of several things that exist: "all open tasks", "both loans".</summary>
    public bool IsEach => Kind is IntentKind.Act or IntentKind.Update or IntentKind.Delete && Object.Tokens.Take(2).Any(static token => token.Text.ToLowerInvariant() is "all" or "every" or "each" or "both");

    public GoalToken? Money => Tokens.FirstOrDefault(token => token.Kind == TokenKind.Money);

    public bool ChangesState => Kind is not (IntentKind.Read or IntentKind.Choose);
}

/// <summary>What sort of doing an intent is.</summary>
internal enum IntentKind
{
    /// <summary>Open a session.</summary>
    Login,

    /// <summary>End the session.</summary>
    Logout,

    /// <summary>Make an account.</summary>
    Register,

    /// <summary>Buy: put into a cart and check out where there is a cart.</summary>
    Buy,

    /// <summary>Make something new.</summary>
    Create,

    /// <summary>Do something to what exists: return, complete, confirm.</summary>
    Act,

    /// <summary>Change what exists.</summary>
    Update,

    /// <summary>Remove or cancel.</summary>
    Delete,

    /// <summary>Look.</summary>
    Read,

    /// <summary>Settle on one of what was found; not a call of its own.</summary>
    Choose,
}

/// <summary>Words behind a preposition (empty for the object).</summary>
internal sealed class Phrase(string preposition, IReadOnlyList<GoalToken> tokens)
{
    private static readonly System.Collections.Frozen.FrozenSet<string> Prepositions = Words.Set(
        "from to into for with by in on at under about via using within over below above until till until onto through starting ending between");

    /// <summary>Whether a phrase begins with it.</summary>
    public static bool IsPreposition(GoalToken token) => token.Is("paying") || (token.Kind == TokenKind.Word && Prepositions.Contains(token.Stem));

    public string Preposition { get; } = preposition;

    public IReadOnlyList<GoalToken> Tokens { get; } = tokens;

    public Order? Order { get; } = Planner.Order.Find(tokens);

    /// <summary>Words that say something: not idle, not a superlative.</summary>
    public IReadOnlyList<GoalToken> Content { get; } =
        [.. tokens.Where(token => token.Kind == TokenKind.Word && !Words.IsIdle(token.Stem) && !Planner.Order.IsWord(token))];

    /// <summary>What the phrase is about: its last word that says something.</summary>
    public string Head => Content.Count > 0 ? Content[^1].Stem : "";

    public bool Mentions(string stem) => Content.Any(token => token.Stem == stem);
}
