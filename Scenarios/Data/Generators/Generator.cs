namespace ApeTest.Scenarios.Data.Generators;

/// <summary>
/// Makes values at one place of a scenario: <c>{{uuid()}}</c>. A place draws on its own: two places with the same text give different
/// values. Compared by reference.
/// </summary>
/// <param name="text">The call as written, without braces.</param>
/// <param name="place">What separates this place from others.</param>
public abstract class Generator(string text, long place)
{
    /// <summary>The call as written, without braces: <c>int(1..6)</c>.</summary>
    public string Text { get; } = text;

    /// <summary>Whether every value is a JSON value as it stands, as <c>{{int(1..6):json}}</c> needs.</summary>
    internal virtual bool IsJson => false;

    /// <summary>What separates this place's random stream from others.</summary>
    internal long Place { get; } = place;

    /// <summary>The value of draw number <paramref name="number"/> (from 0) in a session.</summary>
    internal abstract string Value(SessionDraw draw, int number);
}
