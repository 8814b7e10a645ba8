namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>A piece of the goal's text.</summary>
internal sealed record GoalToken(TokenKind Kind, string Text)
{
    /// <summary>Stem of a word; empty for anything else.</summary>
    public string Stem { get; } = Kind == TokenKind.Word ? Words.Stem(Text.TrimEnd('.')) : "";

    /// <summary>Value of a number or an amount.</summary>
    public decimal Number { get; init; }

    /// <summary>ISO code of an amount's currency; empty for none.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Whether no blank stands before it: the parts of "team-lunch".</summary>
    public bool IsGlued { get; init; }

    /// <summary>Whether a phrase begins with it: no name goes on over it.</summary>
    public bool StartsPhrase { get; init; }

    /// <summary>Whether a sentence begins with it.</summary>
    public bool StartsSentence { get; init; }

    public bool IsCapital => Kind == TokenKind.Word && char.IsUpper(Text[0]);

    /// <summary>Whether it is a value and not a word: something to be put into a request as it stands.</summary>
    public bool IsValue => Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Email or TokenKind.Date or TokenKind.Time or TokenKind.Phone or TokenKind.Number or TokenKind.Money;

    public bool Is(string word) => Kind is TokenKind.Word or TokenKind.Mark && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Kinds of <see cref="GoalToken"/>.</summary>
internal enum TokenKind
{
    /// <summary>A word.</summary>
    Word,

    /// <summary>A number, in digits or in words.</summary>
    Number,

    /// <summary>A number with a currency.</summary>
    Money,

    /// <summary>A quoted text or a placeholder such as <c>{{user.password}}</c>.</summary>
    Literal,

    /// <summary>Letters mixed with digits, as ids are.</summary>
    Id,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A date: ISO, with or without time, or one that only today tells (<see cref="GoalDates"/>).</summary>
    Date,

    /// <summary>A time of day, as <c>19:30</c>.</summary>
    Time,

    /// <summary>A telephone number with its country's code, without blanks.</summary>
    Phone,

    /// <summary>Punctuation.</summary>
    Mark,
}
