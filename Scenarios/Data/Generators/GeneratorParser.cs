using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary>Reads a call such as <c>int(1..6)</c>.</summary>
internal static class GeneratorParser
{
    private const int MaxChoices = 1000;

    /// <summary>The generators with an example each.</summary>
    public static ImmutableSortedDictionary<string, string> Examples { get; } = new Dictionary<string, string>
    {
        ["uuid"] = "uuid()",
        ["sequence"] = "sequence()",
        ["int"] = "int(1..100)",
        ["pick"] = "pick(red|green|blue)",
        ["name"] = "name()",
        ["email"] = "email()",
        ["date"] = "date(+1d, yyyy-MM-dd)",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Reads a call; null with what is wrong.</summary>
    /// <param name="call">Text between the braces, trimmed, with a <c>(</c> in it.</param>
    /// <param name="owner">What holds the text, for example <c>data:order.id</c>: with <paramref name="index"/> it makes the place.</param>
    /// <param name="index">Number of the call in the text, from 0.</param>
    /// <param name="error">What is wrong, and what to write.</param>
    public static Generator? Parse(string call, string owner, int index, out (string Message, string Suggestion) error)
    {
        error = default;
        var open = call.IndexOf('(', StringComparison.Ordinal);
        var name = call[..open].TrimEnd();
        if (!Examples.TryGetValue(name, out var example))
        {
            error = ($"unknown generator {Quote.Text(name)}", Distances.Closest(name, Examples.Keys) is { } close
                ? $"Did you mean `{{{{{Examples[close]}}}}}`?"
                : $"Generators: {string.Join(", ", Examples.Values)}.");
            return null;
        }
        var arguments = call[(open + 1)..^1].Trim();
        var place = Place(owner, index);
        var (generator, wrong) = name switch
        {
            "uuid" when arguments.Length == 0 => (new UuidGenerator(call, place), null),
            "sequence" => Sequence(call, place, arguments),
            "int" => Int(call, place, arguments),
            "pick" => Pick(call, place, arguments),
            "name" => Name(call, place, arguments),
            "email" => Email(call, place, arguments),
            "date" => Date(call, place, arguments),
            _ => (default(Generator), "takes nothing between its parentheses"),
        };
        if (wrong is not null)
        {
            error = ($"{Quote.Text(call)} {wrong}", $"Write for example `{{{{{example}}}}}`.");
        }
        return generator;
    }

    private static (Generator?, string?) Sequence(string call, long place, string arguments)
    {
        long first = 1;
        return arguments.Length == 0 || (TryInt(arguments, out first) && first >= 0)
            ? (new SequenceGenerator(call, place, first), null)
            : (null, $"takes nothing or its first number, 0 to {IntGenerator.Limit}");
    }

    private static (Generator?, string?) Int(string call, long place, string arguments)
    {
        var dots = arguments.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0 || !TryInt(arguments[..dots], out var from) || !TryInt(arguments[(dots + 2)..], out var to))
        {
            return (null, "needs the least and the greatest whole number");
        }
        return to >= from ? (new IntGenerator(call, place, from, to), null) : (null, "must not end before it begins");
    }

    private static (Generator?, string?) Pick(string call, long place, string arguments)
    {
        var choices = ImmutableArray.CreateBuilder<string>();
        var choice = new StringBuilder();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == '\\' && i + 1 < arguments.Length && arguments[i + 1] == '|')
            {
                choice.Append(arguments[++i]);
            }
            else if (arguments[i] == '|')
            {
                choices.Add(choice.ToString().Trim());
                choice.Clear();
            }
            else
            {
                choice.Append(arguments[i]);
            }
        }
        choices.Add(choice.ToString().Trim());
        return choices.Any(static each => each.Length == 0) ? (null, "needs texts with `|` between them, none empty (`\\|` for the character itself)")
            : choices.Count > MaxChoices ? (null, $"has more than {MaxChoices} texts: put them into a feed with `order: random`")
            : (new PickGenerator(call, place, choices.ToImmutable()), null);
    }

    private static (Generator?, string?) Name(string call, long place, string arguments) => arguments switch
    {
        "" => (new NameGenerator(call, place, NameForm.Full), null),
        "first" => (new NameGenerator(call, place, NameForm.First), null),
        "last" => (new NameGenerator(call, place, NameForm.Last), null),
        _ => (null, "takes nothing, `first` or `last`"),
    };

    private static (Generator?, string?) Email(string call, long place, string arguments) =>
        arguments.Length == 0 ? (new NameGenerator(call, place, NameForm.Email), null)
        : Uri.CheckHostName(arguments) is UriHostNameType.Dns ? (new NameGenerator(call, place, NameForm.Email, arguments), null)
        : (null, "takes nothing or a domain");

    private static (Generator?, string?) Date(string call, long place, string arguments)
    {
        var comma = arguments.IndexOf(',', StringComparison.Ordinal);
        var when = comma < 0 ? arguments : arguments[..comma];
        var format = comma < 0 ? DateGenerator.DefaultFormat : arguments[(comma + 1)..].Trim();
        var dots = when.IndexOf("..", StringComparison.Ordinal);
        var to = TimeSpan.Zero;
        if (!TryOffset(dots < 0 ? when : when[..dots], out var from) || (dots >= 0 && !TryOffset(when[(dots + 2)..], out to)))
        {
            return (null, "needs an offset from now, or two with `..` between them, then perhaps a comma and a format");
        }
        if (dots >= 0 && to < from)
        {
            return (null, "must not end before it begins");
        }
        try
        {
            _ = DateGenerator.Format(DateTimeOffset.UnixEpoch, format);
        }
        catch (FormatException)
        {
            return (null, $"has the format {Quote.Text(format)}, which is none of .NET's date formats, nor unix, nor unixms");
        }
        return format.Length == 0 ? (null, "has a comma but no format") : (new DateGenerator(call, place, from, dots < 0 ? from : to, format), null);
    }

    // now, +1d, -2h, now+1h30m; nothing is now.
    private static bool TryOffset(string text, out TimeSpan offset)
    {
        text = text.Trim();
        text = text.StartsWith("now", StringComparison.Ordinal) ? text[3..].TrimStart() : text;
        offset = TimeSpan.Zero;
        if (text.Length == 0)
        {
            return true;
        }
        if (text[0] is not ('+' or '-') || !Durations.TryParse(text[1..], out offset))
        {
            return false;
        }
        offset = text[0] == '-' ? -offset : offset;
        return true;
    }

    private static bool TryInt(string text, out long value) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value is >= -IntGenerator.Limit and <= IntGenerator.Limit;

    private static long Place(string owner, int index) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{owner}#{index}"))));
}
