namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>What a token of a goal is.</summary>
internal enum TokenKind
{
    /// <summary>Behind the last token.</summary>
    None,

    /// <summary>A word of letters, in lower case.</summary>
    Word,

    /// <summary>Something named, never read: quoted text, a placeholder, an address, a code.</summary>
    Literal,

    /// <summary>A number in digits.</summary>
    Number,

    /// <summary>A comma, colon, dash or bracket: a clause may end here.</summary>
    Pause,

    /// <summary>The end of a sentence or of a line of a list.</summary>
    Stop,
}

/// <summary>A token of a goal and where it stands.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, bool IsCapital = false)
{
    public bool Is(string word) => Kind is TokenKind.Word && Text == word;

    public bool IsBoundary => Kind is TokenKind.Pause or TokenKind.Stop;
}
