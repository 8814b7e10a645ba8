using System.Globalization;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>The rules of scalar fields. A message says the rule and what was found; the suggestion gives a value that holds.</summary>
internal static class Rules
{
    private const int MaxNameLength = 64;
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Any text.</summary>
    public static Rule<string> Text(string example, int maxLength = 100_000) => new(
        node =>
        {
            if (!node.IsUntyped && node.Kind is not ScalarKind.Text)
            {
                return Wrong<string>($"must be text (got {node.Description})", $"Put it in quotes: \"{Quote.Plain(node.Text)}\".");
            }
            if (string.IsNullOrWhiteSpace(node.Text))
            {
                return Wrong<string>("must not be empty", $"Use for example {example}.");
            }
            return node.Text.Length <= maxLength ? node.Text : Wrong<string>($"must be at most {maxLength} characters (got {node.Text.Length})", null);
        },
        static text => text,
        IsText: true);

    /// <summary>Names that become labels of metrics and names of files.</summary>
    public static Rule<string> Name(string example) => Text(example).Then(text =>
        text.Length <= MaxNameLength && text.All(IsNameCharacter)
            ? text
            : Wrong<string>($"must be at most {MaxNameLength} letters, digits, '-', '_' and '.' (got {Quote.Plain(text)})",
                $"Use for example {NameOf(text) ?? example}."));

    /// <summary>A whole number.</summary>
    public static Rule<long> Integer(string example, long min = 1, long max = long.MaxValue) => new(
        node =>
        {
            if (!long.TryParse(node.Text, NumberStyles.AllowLeadingSign, Culture, out var value) || IsQuoted(node))
            {
                return Wrong<long>($"must be a whole number (got {node.Description})", Unquoted(node, ScalarKind.Integer, example));
            }
            return Range(value, min, max, example);
        },
        static value => value.ToString(Culture),
        IsText: false);

    /// <summary>A number; <paramref name="above"/> excludes the lower bound.</summary>
    public static Rule<double> Number(string example, double min, double max = double.MaxValue, bool above = false) => new(
        node =>
        {
            if (!double.TryParse(node.Text, NumberStyles.Float, Culture, out var value) || IsQuoted(node) || !double.IsFinite(value))
            {
                return Wrong<double>($"must be a number (got {node.Description})", Unquoted(node, ScalarKind.Number, example));
            }
            if (above && value <= min)
            {
                return Wrong<double>($"must be > {min.ToString(Culture)} (got {Quote.Plain(node.Text)})", $"Use for example {example}.");
            }
            return Range(value, min, max, example);
        },
        static value => value.ToString(Culture),
        IsText: false);

    /// <summary>A duration.</summary>
    public static Rule<TimeSpan> Duration(string example, bool zero = false) => new(
        node =>
        {
            if (!Durations.TryParse(node.Text, out var value))
            {
                return DurationError<TimeSpan>(node, example);
            }
            return value > TimeSpan.Zero || zero
                ? value
                : Wrong<TimeSpan>($"must be longer than 0 (got {Quote.Plain(node.Text)})", $"Use for example {example}.");
        },
        Durations.Format,
        IsText: true);

    /// <summary>A think time.</summary>
    public static Rule<ThinkTime> Think { get; } = new(
        node =>
        {
            if (Durations.TryParseThink(node.Text, out var value))
            {
                return value;
            }
            return value.Max < value.Min
                ? Wrong<ThinkTime>($"must not end before it begins (got {Quote.Plain(node.Text)})", "Use for example 200ms..800ms.")
                : node.Text.Contains('(', StringComparison.Ordinal)
                    ? Wrong<ThinkTime>($"must be a think time (got {node.Description})",
                        $"Use for example lognormal(1s, 500ms): the mean, above 0, and the standard deviation, at most {ThinkTime.MostDeviation.ToString(Culture)} times the mean.")
                    : DurationError<ThinkTime>(node, "500ms, 200ms..800ms or lognormal(1s, 500ms)");
        },
        Durations.Format,
        IsText: true);

    /// <summary>true or false.</summary>
    public static Rule<bool> Boolean { get; } = new(
        node => ScalarNode.KindOf(node.Text) is ScalarKind.Boolean && !IsQuoted(node)
            ? node.Text[0] is 't' or 'T'
            : Wrong<bool>($"must be true or false (got {node.Description})", "Write true or false, without quotes."),
        static value => value ? "true" : "false",
        IsText: false);

    /// <summary>One of a few words.</summary>
    public static Rule<T> Choice<T>(IReadOnlyList<(string Word, T Value)> choices) => new(
        node =>
        {
            foreach (var (word, value) in choices)
            {
                if (word == node.Text)
                {
                    return value;
                }
            }
            var words = string.Join(" or ", choices.Select(c => $"`{c.Word}`"));
            return Wrong<T>($"must be {words} (got {node.Description})",
                Distances.Closest(node.Text, choices.Select(c => c.Word)) is { } close ? $"Did you mean `{close}`?" : null);
        },
        value => choices.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word,
        IsText: true);

    /// <summary>A rule with a further check of the value.</summary>
    public static Rule<T> Then<T>(this Rule<T> rule, Func<T, Checked<T>> check) => rule with
    {
        Read = node =>
        {
            var read = rule.Read(node);
            return read.Error is null ? check(read.Value) : read;
        },
    };

    /// <summary>An error.</summary>
    public static Checked<T> Wrong<T>(string error, string? suggestion) => new(default!, error, suggestion);

    /// <summary>A name made of any text; null where nothing of it can stay.</summary>
    public static string? NameOf(string text)
    {
        var name = string.Concat(text.Trim().Select(c => IsNameCharacter(c) ? c : '-')).Trim('-');
        return name.Length == 0 ? null : name[..Math.Min(name.Length, MaxNameLength)];
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static bool IsQuoted(ScalarNode node) => !node.IsUntyped && node.Kind is ScalarKind.Text;

    private static string Unquoted(ScalarNode node, ScalarKind wanted, string example)
    {
        var kind = node.Text.Length == 0 ? ScalarKind.Null : ScalarNode.KindOf(node.Text);
        return IsQuoted(node) && (kind == wanted || kind is ScalarKind.Integer)
            ? $"Remove the quotes: {node.Text}."
            : $"Use for example {example}.";
    }

    private static Checked<T> Range<T>(T value, T min, T max, string example) where T : IComparable<T>, IFormattable =>
        value.CompareTo(min) < 0
            ? Wrong<T>($"must be >= {min.ToString(null, Culture)} (got {value.ToString(null, Culture)})", $"Use for example {example}.")
            : value.CompareTo(max) > 0
                ? Wrong<T>($"must be <= {max.ToString(null, Culture)} (got {value.ToString(null, Culture)})", $"Use for example {example}.")
                : value;

    private static Checked<T> DurationError<T>(ScalarNode node, string example)
    {
        var text = node.Text.Trim();
        if (text.StartsWith('-') && Durations.TryParse(text[1..], out _))
        {
            return Wrong<T>($"must not be negative (got {Quote.Plain(text)})", $"Use for example {example}.");
        }
        return node.Text.Length > 0 && ScalarNode.KindOf(node.Text) is ScalarKind.Integer or ScalarKind.Number
            ? Wrong<T>($"needs a unit (got {Quote.Plain(text)})", $"Write {Quote.Plain(text)}s for seconds or {Quote.Plain(text)}ms for milliseconds.")
            : Wrong<T>($"must be a duration (got {node.Description})", $"Use for example {example}; units are us, ms, s, m, h, d, at most 366 days.");
    }
}
