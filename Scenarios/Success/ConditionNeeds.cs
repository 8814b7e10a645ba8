using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Success;

/// <summary>The texts of one condition (not of those inside it) into which values are filled.</summary>
public static class ConditionNeeds
{
    /// <summary>Each such text with its field: <c>read</c>, <c>json.$.total</c>, and the names that it needs. Malformed ones throw <see cref="ApeTestException"/>.</summary>
    public static IEnumerable<(string Field, IEnumerable<string> Names, IEnumerable<Data.Generators.Generator> Generators)> Of(SuccessCondition condition)
    {
        if (condition.Read is { } read)
        {
            var template = Template.Parse(read);
            yield return ("read", template.Placeholders, template.Generators);
        }
        foreach (var (field, values, subject) in new[]
        {
            ("json", condition.Json, ComparisonSubject.Json), ("header", condition.Header, ComparisonSubject.Header),
            ("captured", condition.Captured, ComparisonSubject.Captured), ("state", condition.State, ComparisonSubject.Json),
        })
        {
            foreach (var (key, value) in values)
            {
                yield return Needs($"{field}.{key}", value, subject);
            }
        }
        if (condition.Text is { } text)
        {
            yield return Needs("text", text, ComparisonSubject.Body);
        }
    }

    private static (string, IEnumerable<string>, IEnumerable<Data.Generators.Generator>) Needs(string field, string text, ComparisonSubject subject)
    {
        var comparisons = Comparison.Parse(text, subject);
        return (field, comparisons.SelectMany(static each => each.Needs), comparisons.SelectMany(static each => each.Generators));
    }
}
