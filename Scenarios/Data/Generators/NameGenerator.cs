using System.Collections.Immutable;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary>
/// <c>name()</c>: first and last name of a made-up person, <c>name(first)</c> and <c>name(last)</c> a part; <c>email()</c> and
/// <c>email(shop.test)</c>: an address that no other session of the run has, by default at example.com, which nobody owns (RFC 2606).
/// </summary>
internal sealed class NameGenerator(string text, long place, NameForm form, string domain = NameGenerator.DefaultDomain) : Generator(text, place)
{
    public const string DefaultDomain = "example.com";

    private static readonly ImmutableArray<string> First =
    [
        "Ada", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Liam", "Maria", "Nils", "Olga", "Pablo",
        "Quentin", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Wanda", "Xavier", "Yara", "Zoe", "Amir", "Bianca", "Chen", "Dora", "Emil", "Fatima",
    ];

    private static readonly ImmutableArray<string> Last =
    [
        "Adler", "Berg", "Costa", "Dahl", "Ekman", "Fischer", "Garcia", "Haas", "Ito", "Jansen", "Keller", "Lind", "Moreau", "Novak", "Okafor", "Patel",
        "Quinn", "Rossi", "Silva", "Tanaka", "Ueda", "Varga", "Weber", "Xu", "Young", "Zimmer", "Ahmed", "Blanc", "Clark", "Dubois", "Evans", "Ferrari",
    ];

    internal override string Value(SessionDraw draw, int number)
    {
        var first = First[(int)draw.Number(this, number, First.Length)];
        var last = Last[(int)draw.Number(this, number, Last.Length, index: 1)];
        return form switch
        {
            NameForm.First => first,
            NameForm.Last => last,
            NameForm.Full => $"{first} {last}",
            // The tag keeps runs with other seeds, and other places, apart; the number sessions.
            _ => FormattableString.Invariant($"{first.ToLowerInvariant()}.{last.ToLowerInvariant()}.{draw.RunTag(this)}.{1 + draw.Ordinal(number, 0, 1)}@{domain}"),
        };
    }
}

/// <summary>What of a person is wanted.</summary>
internal enum NameForm
{
    Full,
    First,
    Last,
    Email,
}
