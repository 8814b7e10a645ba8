namespace ApeTest.Mini.Board.Queries;

/// <summary>A token: its kind, and its text without quotes.</summary>
internal readonly record struct QueryToken(QueryTokenKind Kind, string Text)
{
    public bool IsMark(string mark) => Kind is QueryTokenKind.Mark && Text == mark;

    public bool IsName(string name) => Kind is QueryTokenKind.Name && Text == name;
}

/// <summary>Kinds of tokens.</summary>
internal enum QueryTokenKind
{
    /// <summary>Behind the last.</summary>
    End,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A punctuator.</summary>
    Mark,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,
}
