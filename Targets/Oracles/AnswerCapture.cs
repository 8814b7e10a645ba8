using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios.Success;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Oracles;

/// <summary>What is captured from an answer: all of it or nothing. Immutable; shared by all sessions of a run.</summary>
internal sealed class AnswerCapture
{
    // Every session keeps what it captured, and evidence compares it: an identifier, an amount or a token is shorter.
    private const int MostCharacters = 16_384;

    private readonly ImmutableArray<(string Name, CaptureSource Source, JsonPath? Path)> _sources;

    /// <summary>Reads the sources by name; malformed ones throw <see cref="Scenarios.ApeTestException"/> (exit 2).</summary>
    public AnswerCapture(ImmutableSortedDictionary<string, string> sources)
    {
        _sources = [.. sources.Select(static pair => CaptureSource.Parse(pair.Value) is var source
            ? (pair.Key, source, source.JsonPath is { } path ? JsonPath.Parse(path) : null)
            : default)];
        ReadsJson = _sources.Any(static each => each.Path is not null);
        ReadsText = _sources.Any(static each => each.Source is { JsonPath: null, Header: null });
    }

    public bool IsEmpty => _sources.IsEmpty;

    /// <summary>Whether a value is taken from the body as JSON.</summary>
    public bool ReadsJson { get; }

    /// <summary>Whether a value is taken from the body as text.</summary>
    public bool ReadsText { get; }

    /// <summary>Takes the values. Where one is missing or empty nothing is kept, and the condition does not hold.</summary>
    /// <param name="exchange">The answer.</param>
    /// <param name="root">Its body as JSON; undefined where <see cref="ReadsJson"/> is false.</param>
    /// <param name="body">Its body as text; empty where <see cref="ReadsText"/> is false.</param>
    /// <param name="isCut">Whether the body is only the first part of what was sent.</param>
    /// <param name="keep">Takes each name and value.</param>
    /// <param name="show">Cleans and shortens a value for the finding.</param>
    public Finding Take(in TargetExchange exchange, JsonElement root, string body, bool isCut, Action<string, string> keep, Func<string, string> show)
    {
        var found = new List<(string Name, string Value)>(_sources.Length);
        foreach (var (name, source, path) in _sources)
        {
            var taken = new Taken(source);
            if (path is not null)
            {
                path.TryGet(root, value => taken.Offer(SeenValue.Of(value)), out _);
            }
            else if (source.Header is { } header)
            {
                foreach (var (key, value) in exchange.Headers ?? [])
                {
                    if (key.Equals(header, StringComparison.OrdinalIgnoreCase) && taken.Offer(SeenValue.Of(value)))
                    {
                        break;
                    }
                }
            }
            else
            {
                taken.Offer(SeenValue.Of(body, isCut));
            }
            if (taken.Value is not { } captured)
            {
                return new Finding(taken.IsUnknown ? Truth.Unknown : Truth.Refuted,
                    path is not null && !taken.HasSeen ? $"{name}: {path.Text} is not a value in the body" : $"{name}: {source.Text} gives {taken.Instead}");
            }
            found.Add((name, captured));
        }
        foreach (var (name, value) in found)
        {
            keep(name, value);
        }
        return new Finding(Truth.Proven, string.Join(", ", found.Select(pair => $"{pair.Name}={show(pair.Value)}")));
    }

    /// <summary>The first of several values that gives something.</summary>
    private sealed class Taken(CaptureSource source)
    {
        public string? Value { get; private set; }

        public bool HasSeen { get; private set; }

        /// <summary>Whether a value was there that cannot be told.</summary>
        public bool IsUnknown { get; private set; }

        /// <summary>What it gave in place of a value.</summary>
        public string Instead { get; private set; } = "nothing";

        public bool Offer(SeenValue seen)
        {
            var whole = seen.Text ?? (seen.Json.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? seen.Json.GetRawText() : null);
            HasSeen |= whole is not null || seen.IsBroken;
            var isKnown = !seen.IsBroken;
            var captured = whole is null ? null : source.Regex is { } regex ? PartialText.Capture(regex, whole, seen.IsCut, out isKnown) : whole;
            if (captured is { Length: > 0 and <= MostCharacters })
            {
                Value = captured;
                return true;
            }
            if (!isKnown || captured is { Length: > MostCharacters })
            {
                (IsUnknown, Instead) = (true, isKnown ? $"more than {MostCharacters} characters" : seen.IsCut ? "nothing in the part of the body that was kept" : "nothing that can be told");
            }
            else if (captured is "" && !IsUnknown)
            {
                Instead = "an empty text";
            }
            return false;
        }
    }
}
