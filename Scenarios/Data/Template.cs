using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// A text with placeholders, parsed once into segments: <c>{{feed.column}}</c> or <c>{{name}}</c> for a value, <c>{{name:json}}</c> for a value
/// that stands in JSON as it is, <c>{{uuid()}}</c> for a generator, which takes <c>:json</c> too. <c>\{{</c> is a literal <c>{{</c>. Immutable; rendering allocates only its
/// result.
/// </summary>
public sealed class Template
{
    private const string Open = "{{";
    private const string Close = "}}";
    private const string Escape = "or `\\{{` for the characters themselves.";
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private const string JsonFlag = ":json";

    private Template(string text, ImmutableArray<TemplateSegment> segments)
    {
        Text = text;
        Segments = segments;
        Placeholders = [.. segments.Where(s => s.Kind is TemplateSegmentKind.Name).Select(s => s.Text).Distinct(StringComparer.Ordinal)];
        Generators = [.. segments.Select(s => s.Generator).OfType<Generator>()];
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>The parts of the text, in order; no two literals stand side by side.</summary>
    public ImmutableArray<TemplateSegment> Segments { get; }

    /// <summary>Names of the values, each once, in order of first appearance.</summary>
    public ImmutableArray<string> Placeholders { get; }

    /// <summary>The generators, in order.</summary>
    public ImmutableArray<Generator> Generators { get; }

    /// <summary>Parses a text. Throws <see cref="ApeTestException"/> (exit 2) for a broken placeholder.</summary>
    /// <param name="text">The text.</param>
    /// <param name="owner">What holds it, for example <c>goal:buy-coffee</c>: its generators draw by it.</param>
    public static Template Parse(string text, string owner = "") => TryParse(text, out var template, out var error, owner)
        ? template
        : throw new ApeTestException($"{Quote.Text(text)}: {error.Message} (at character {error.Position + 1}).", error.Suggestion, ExitCodes.Input);

    /// <summary>Parses a text; false with what is wrong and where.</summary>
    public static bool TryParse(string text, out Template template, out TextError error, string owner = "")
    {
        var segments = ImmutableArray.CreateBuilder<TemplateSegment>();
        var literal = new StringBuilder();
        var (at, generators) = (0, 0);
        template = null!;
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
            if (close < 0)
            {
                error = new TextError(open, "`{{` has no `}}`", "Close the placeholder, for example `{{user.name}}`, or write `\\{{` for the characters themselves.");
                return false;
            }
            var content = text[(open + Open.Length)..close].Trim();
            if (Placeholder(content, owner, ref generators, out var wrong) is not { } segment)
            {
                error = new TextError(open, wrong.Message, wrong.Suggestion);
                return false;
            }
            if (literal.Length > 0)
            {
                segments.Add(new TemplateSegment(TemplateSegmentKind.Literal, literal.ToString()));
                literal.Clear();
            }
            segments.Add(segment);
            at = close + Close.Length;
        }
        literal.Append(text, at, text.Length - at);
        if (literal.Length > 0)
        {
            segments.Add(new TemplateSegment(TemplateSegmentKind.Literal, literal.ToString()));
        }
        template = new Template(text, segments.ToImmutable());
        error = default;
        return true;
    }

    /// <summary>
    /// Renders with <paramref name="lookup"/>; a placeholder for which it gives null stays as it is, and so do generators without
    /// <paramref name="generate"/>.
    /// </summary>
    public string Render(Func<string, string?> lookup, Func<Generator, string>? generate = null)
    {
        var result = new StringBuilder(Text.Length + 16);
        foreach (var segment in Segments)
        {
            var value = segment.Kind switch
            {
                TemplateSegmentKind.Name => lookup(segment.Text),
                TemplateSegmentKind.Generator => generate?.Invoke(segment.Generator!),
                _ => segment.Text,
            };
            result.Append(value ?? Placeholder(segment.IsJson ? segment.Text + JsonFlag : segment.Text));
        }
        return result.ToString();
    }

    /// <summary>A name as it stands in a text: <c>{{user.password}}</c>.</summary>
    public static string Placeholder(string name) => Open + name + Close;

    private static TemplateSegment? Placeholder(string content, string owner, ref int generators, out (string Message, string Suggestion) error)
    {
        error = default;
        var isJson = content.EndsWith(JsonFlag, StringComparison.Ordinal);
        var named = isJson ? content[..^JsonFlag.Length] : content;
        if (IsName(named))
        {
            return new TemplateSegment(TemplateSegmentKind.Name, named, isJson);
        }
        if (named.Contains('(', StringComparison.Ordinal) && named[^1] == ')')
        {
            return GeneratorParser.Parse(named, owner, generators++, out error) is { } generator
                ? new TemplateSegment(TemplateSegmentKind.Generator, named, isJson, generator)
                : null;
        }
        error = ($"{Quote.Text(Placeholder(content))} is not a placeholder", $"Write `{{{{feed.column}}}}`, `{{{{name}}}}` or a generator such as `{{{{uuid()}}}}`, {Escape}");
        return null;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}
