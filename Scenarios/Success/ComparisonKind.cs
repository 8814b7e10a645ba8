namespace ApeTest.Scenarios.Success;

/// <summary>How a value is compared; each but <see cref="Exists"/> needs a value to be there.</summary>
public enum ComparisonKind
{
    /// <summary><c>equals</c>: the same value; a number and the text that reads the same are equal where the operand is no text in quotes.</summary>
    Equal,

    /// <summary><c>not</c>: another value, or, over a mapping, comparisons of which one does not hold.</summary>
    Not,

    /// <summary><c>oneOf</c>: one of several values.</summary>
    OneOf,

    /// <summary><c>min</c>: a number at least this.</summary>
    Min,

    /// <summary><c>max</c>: a number at most this.</summary>
    Max,

    /// <summary><c>above</c>: a number greater than this.</summary>
    Above,

    /// <summary><c>below</c>: a number less than this.</summary>
    Below,

    /// <summary><c>contains</c>: a text that holds this text, an array that holds this value, an object that has this field.</summary>
    Contains,

    /// <summary><c>matches</c>: a text in which the regular expression matches somewhere.</summary>
    Matches,

    /// <summary><c>exists</c>: whether there is a value; null is one.</summary>
    Exists,

    /// <summary><c>count</c>: number of items of an array or fields of an object; a number or comparisons of it.</summary>
    Count,
}
