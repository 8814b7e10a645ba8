using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// A text with placeholders: <c>{{feed.column}}</c> or <c>{{name}}</c>, parsed once into segments. <c>\{{</c> is a literal <c>{{</c>.
/// Immutable; rendering allocates only its result.
/// </summary>
public sealed class Template
{
    private const string Open = "{{";
    private const string Close = "}}";
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private readonly ImmutableArray<Segment> _segments;

    private Template(string text, ImmutableArray<Segment> segments)
    {
        Text = text;
        _segments = segments;
        Placeholders = [.. segments.Where(s => s.IsPlaceholder).Select(s => s.Text).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>Names of the placeholders, each once, in order of first appearance.</summary>
    public ImmutableArray<string> Placeholders { get; }

    /// <summary>Parses a text. Throws <see cref="ApeTestException"/> (exit 2) for a broken placeholder.</summary>
    public static Template Parse(string text) => TryParse(text, out var template, out var error)
        ? template
        : throw new ApeTestException($"{Quote.Text(text)}: {error.Message} (at character {error.Position + 1}).", error.Suggestion, ExitCodes.Input);

    /// <summary>Parses a text; false with what is wrong and where.</summary>
    public static bool TryParse(string text, out Template template, out TextError error)
    {
        var segments = ImmutableArray.CreateBuilder<Segment>();
        var literal = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            if (open < 0)
            {
                break;
            }
            if (open > at && text[open - 1] == '\\')
            {
                literal.Append(text, at, open - 1 - at).Append(Open);
                at = open + Open.Length;
                continue;
            }
            literal.Append(text, at, open - at);
            var close = text.IndexOf(Close, open, StringComparison.Ordinal);
            var name = close < 0 ? "" : text[(open + Open.Length)..close].Trim();
            if (close < 0 || !IsName(name))
            {
                template = null!;
                error = close < 0
                    ? new TextError(open, "`{{` has no `}}`", "Close the placeholder, for example `{{user.name}}`, or write `\\{{` for the characters themselves.")
                    : new TextError(open, $"{Quote.Text(text[open..(close + Close.Length)])} is not a placeholder", "Write `{{feed.column}}` or `{{name}}`, or `\\{{` for the characters themselves.");
                return false;
            }
            if (literal.Length > 0)
            {
                segments.Add(new Segment(literal.ToString(), false));
                literal.Clear();
            }
            segments.Add(new Segment(name, true));
            at = close + Close.Length;
        }
        literal.Append(text, at, text.Length - at);
        if (literal.Length > 0)
        {
            segments.Add(new Segment(literal.ToString(), false));
        }
        template = new Template(text, segments.ToImmutable());
        error = default;
        return true;
    }

    /// <summary>Renders with <paramref name="lookup"/>; a placeholder for which it gives null stays as it is.</summary>
    public string Render(Func<string, string?> lookup)
    {
        var result = new StringBuilder(Text.Length + 16);
        foreach (var segment in _segments)
        {
            result.Append(segment.IsPlaceholder ? lookup(segment.Text) ?? Placeholder(segment.Text) : segment.Text);
        }
        return result.ToString();
    }

    /// <summary>
    /// Renders for a model: values are filled in, secrets stay as <c>{{placeholders}}</c> and are listed with their values, to be filled
    /// in when the call is made.
    /// </summary>
    public RenderedText Render(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> secrets)
    {
        var usedSecrets = ImmutableArray.CreateBuilder<RenderedValue>();
        var usedValues = ImmutableArray.CreateBuilder<RenderedValue>();
        foreach (var name in Placeholders)
        {
            if (secrets.TryGetValue(name, out var secret))
            {
                usedSecrets.Add(new RenderedValue(name, secret, SessionInputs.Provenance(name)));
            }
            else if (values.TryGetValue(name, out var value))
            {
                usedValues.Add(new RenderedValue(name, value, SessionInputs.Provenance(name)));
            }
        }
        var text = Render(name => secrets.ContainsKey(name) ? null : values.GetValueOrDefault(name));
        return new RenderedText(text, usedSecrets.ToImmutable(), usedValues.ToImmutable());
    }

    /// <summary>A name as it stands in a text: <c>{{user.password}}</c>.</summary>
    public static string Placeholder(string name) => Open + name + Close;

    private static bool IsName(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private readonly record struct Segment(string Text, bool IsPlaceholder);
}

/// <summary>A rendered text and what went into it.</summary>
/// <param name="Text">The text; secrets as placeholders.</param>
/// <param name="Secrets">Secrets it names, with their values.</param>
/// <param name="Values">Values that were filled in.</param>
public sealed record RenderedText(string Text, ImmutableArray<RenderedValue> Secrets, ImmutableArray<RenderedValue> Values);

/// <summary>One value of a rendered text.</summary>
/// <param name="Name">Placeholder without braces, for example <c>user.name</c>.</param>
/// <param name="Value">Value.</param>
/// <param name="Provenance">Where it came from, for example <c>data:user.name</c>.</param>
public readonly record struct RenderedValue(string Name, string Value, string Provenance);
