using System.Globalization;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary>
/// <c>date()</c>: the time of the draw, UTC. <c>date(+1d)</c>, <c>date(-2h, yyyy-MM-dd)</c>: an offset and a format;
/// <c>date(+1d..+30d)</c>: an offset between two, all equally often.
/// </summary>
/// <param name="text">The call.</param>
/// <param name="place">The place.</param>
/// <param name="from">Least offset.</param>
/// <param name="to">Greatest offset, in whole seconds from the least.</param>
/// <param name="format">A .NET date format, or <see cref="Unix"/> or <see cref="UnixMilliseconds"/>.</param>
internal sealed class DateGenerator(string text, long place, TimeSpan from, TimeSpan to, string format) : Generator(text, place)
{
    /// <summary>RFC 3339, as <c>format: date-time</c> of OpenAPI.</summary>
    public const string DefaultFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Seconds since 1970.</summary>
    public const string Unix = "unix";

    /// <summary>Milliseconds since 1970.</summary>
    public const string UnixMilliseconds = "unixms";

    internal override bool IsJson => format is Unix or UnixMilliseconds;

    internal override string Value(SessionDraw draw, int number)
    {
        var at = draw.Now + from;
        if (to > from)
        {
            at += TimeSpan.FromSeconds(draw.Number(this, number, (long)(to - from).TotalSeconds + 1));
        }
        return Format(at, format);
    }

    /// <summary>Writes a date; a broken format throws <see cref="FormatException"/>.</summary>
    public static string Format(DateTimeOffset at, string format) => format switch
    {
        Unix => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        UnixMilliseconds => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        _ => at.UtcDateTime.ToString(format, CultureInfo.InvariantCulture),
    };
}
