using System.Globalization;

namespace ApeTest.Targets.Oracles;

/// <summary>
/// A decimal number of any size, compared digit by digit: identifiers and amounts above 2^53 differ by one and are the same
/// <see cref="double"/>. It is <c>0.d1d2d3... * 10^exponent</c>, with a first digit that is not 0; zero has no digits.
/// </summary>
internal readonly record struct ExactNumber : IComparable<ExactNumber>
{
    private const int MostExponent = 1_000_000;

    private ExactNumber(bool isNegative, string digits, int exponent)
    {
        IsNegative = isNegative && digits.Length > 0;
        Digits = digits;
        Exponent = digits.Length == 0 ? 0 : exponent;
    }

    private bool IsNegative { get; }

    private string Digits { get; }

    private int Exponent { get; }

    /// <summary>Reads <c>-12.50e3</c>, with blanks around it. False for everything else: <c>NaN</c>, <c>Infinity</c>, and exponents beyond a million.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ExactNumber number)
    {
        number = default;
        text = text.Trim();
        var exponent = 0;
        if (text.IndexOfAny('e', 'E') is >= 0 and var at)
        {
            if (!int.TryParse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || exponent is > MostExponent or < -MostExponent)
            {
                return false;
            }
            text = text[..at];
        }
        var isNegative = text is ['-', ..];
        text = text is ['-' or '+', ..] ? text[1..] : text;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var part = point < 0 ? default : text[(point + 1)..];
        if (whole.Length + part.Length == 0 || whole.ContainsAnyExceptInRange('0', '9') || part.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        var digits = string.Concat(whole, part);
        var trimmed = digits.TrimStart('0');
        number = new ExactNumber(isNegative, trimmed.TrimEnd('0'), whole.Length - (digits.Length - trimmed.Length) + exponent);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ExactNumber other)
    {
        var (sign, otherSign) = (Sign(), other.Sign());
        if (sign != otherSign || sign == 0)
        {
            return sign.CompareTo(otherSign);
        }
        var size = Exponent.CompareTo(other.Exponent);
        return sign * (size != 0 ? size : Math.Sign(string.CompareOrdinal(Digits, other.Digits)));
    }

    private int Sign() => Digits is not { Length: > 0 } ? 0 : IsNegative ? -1 : 1;
}
