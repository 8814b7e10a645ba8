using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios.Data;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Says of every argument value where it came from: <c>secret:user.password</c>, <c>data:user.name</c>, <c>generator:uuid()</c>, <c>goal</c>,
/// <c>action:2 $.items[0].id</c>, <c>state:cartId</c>, else <c>brain</c>. Journeys are compiled from it. Values are compared as text; the
/// first source that holds the value wins, in that order.
/// </summary>
internal sealed class ArgumentTrail(SessionInputs inputs, IReadOnlyDictionary<string, string> secrets)
{
    private const int MaxLeaves = 64;
    private const string Brain = "brain";

    private static readonly string[] NumberWords =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private readonly ResponseLeaves _responses = new();

    /// <summary>Remembers what action number <paramref name="action"/> was answered.</summary>
    public void Answered(int action, ReadOnlyMemory<byte> body) => _responses.Add(action, body);

    /// <summary>JSON path -> source of each value in <paramref name="arguments"/>, at most 64.</summary>
    public ImmutableSortedDictionary<string, string> Of(JsonElement arguments, IReadOnlyDictionary<string, JsonElement> state)
    {
        var sources = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        Walk(arguments, "$", "", state, sources);
        return sources.ToImmutable();
    }

    private void Walk(JsonElement value, string path, string name, IReadOnlyDictionary<string, JsonElement> state,
        ImmutableSortedDictionary<string, string>.Builder sources)
    {
        if (sources.Count >= MaxLeaves)
        {
            return;
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Walk(property.Value, $"{path}.{property.Name}", property.Name, state, sources);
                }
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var element in value.EnumerateArray())
                {
                    Walk(element, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), name, state, sources);
                }
                break;
            case JsonValueKind.String:
                sources[path] = Source(name, value.GetString()!, state);
                break;
            case JsonValueKind.Number:
                sources[path] = Source(name, value.GetRawText(), state);
                break;
            default:
                sources[path] = Brain;
                break;
        }
    }

    private string Source(string name, string value, IReadOnlyDictionary<string, JsonElement> state)
    {
        if (value.Length == 0)
        {
            return Brain;
        }
        foreach (var secret in secrets.Keys)
        {
            if (value.Contains("{{" + secret + "}}", StringComparison.Ordinal))
            {
                return "secret:" + secret;
            }
        }
        if (inputs.SourceOf(value) is { } data)
        {
            return data;
        }
        if (InGoal(value))
        {
            return "goal";
        }
        if (_responses.Find(name, value) is { } response)
        {
            return response;
        }
        foreach (var (key, variable) in state)
        {
            if (variable.ValueKind is JsonValueKind.String ? variable.ValueEquals(value) : variable.ValueKind is JsonValueKind.Number && variable.GetRawText() == value)
            {
                return "state:" + key;
            }
        }
        return Brain;
    }

    private bool InGoal(string value)
        => HasWord(value) || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < NumberWords.Length
            && HasWord(NumberWords[number]));

    private bool HasWord(string word)
    {
        var goal = inputs.GoalText;
        for (var at = goal.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = goal.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(goal[at - 1])) && (end == goal.Length || !char.IsLetterOrDigit(goal[end])))
            {
                return true;
            }
        }
        return false;
    }
}
