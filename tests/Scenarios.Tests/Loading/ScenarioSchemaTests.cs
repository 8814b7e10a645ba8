using System.Text.Json;
using ApeTest.Scenarios.Loading.Binding;
using ApeTest.Scenarios.Schemas;
using ApeTest.Scenarios.Thresholds;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class ScenarioSchemaTests : IDisposable
{
    private readonly JsonDocument _schema = JsonDocument.Parse(ScenarioSchema.Read());

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void Schema_Fields_AreExactlyThoseOfTheBinder() => AssertSame("", ScenarioShape.Root, _schema.RootElement);

    [Fact]
    public void Schema_EveryField_HasADescription()
    {
        var missing = new List<string>();
        Visit("", _schema.RootElement, missing);
        foreach (var definition in _schema.RootElement.GetProperty("$defs").EnumerateObject())
        {
            Visit(definition.Name, definition.Value, missing);
        }
        Assert.Empty(missing);

        void Visit(string path, JsonElement schema, List<string> found)
        {
            if (!schema.TryGetProperty("properties", out var properties))
            {
                return;
            }
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean(), $"{path} lets unknown fields through");
            found.AddRange(properties.EnumerateObject()
                .Where(p => !p.Value.TryGetProperty("description", out _) && !Resolve(p.Value).TryGetProperty("description", out _))
                .Select(p => $"{path}.{p.Name}"));
        }
    }

    [Fact]
    public void Schema_ThresholdPattern_MatchesTheVocabulary()
    {
        var pattern = _schema.RootElement.GetProperty("properties").GetProperty("thresholds").GetProperty("propertyNames").GetProperty("pattern").GetString()!;

        Assert.All(ThresholdMetrics.All, metric => Assert.Matches(pattern, metric.Name));
        Assert.All(ThresholdMetrics.All, metric =>
        {
            var labelled = metric.Name + "{operation=checkout}";
            Assert.Equal(metric.ByOperation, System.Text.RegularExpressions.Regex.IsMatch(labelled, pattern));
            Assert.Equal(metric.ByOperation, ThresholdMetrics.TryParse(labelled, out _, out _));
        });
        Assert.DoesNotMatch(pattern, "mtba");
    }

    [Theory]
    [InlineData("duration", "0", true)]
    [InlineData("duration", "500ms", true)]
    [InlineData("duration", "1h30m", true)]
    [InlineData("duration", "1.5s", true)]
    [InlineData("duration", "30", false)]
    [InlineData("duration", "-5s", false)]
    [InlineData("duration", "5m1h", false)]
    public void Schema_Durations_AreThoseOfTheLoader(string definition, string text, bool valid)
    {
        var pattern = _schema.RootElement.GetProperty("$defs").GetProperty(definition).GetProperty("pattern").GetString()!;

        Assert.Equal(valid, System.Text.RegularExpressions.Regex.IsMatch(text, pattern));
        Assert.Equal(valid, Scenarios.Loading.Durations.TryParse(text, out _));
    }

    private void AssertSame(string path, ObjectShape shape, JsonElement schema)
    {
        var properties = schema.GetProperty("properties");
        Assert.Equal(shape.Fields.Select(f => f.Name).Order(StringComparer.Ordinal), properties.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        foreach (var field in shape.Fields)
        {
            var fieldPath = $"{path}.{field.Name}";
            var property = Resolve(properties.GetProperty(field.Name));
            switch (field.Kind)
            {
                case FieldKind.Object:
                    AssertSame(fieldPath, field.Item!, property);
                    break;
                case FieldKind.ObjectMap:
                    AssertSame(fieldPath, field.Item!, Resolve(property.GetProperty("additionalProperties")));
                    break;
                case FieldKind.ObjectList:
                    AssertSame(fieldPath, field.Item!, ItemOf(property));
                    break;
                case FieldKind.ScalarList or FieldKind.Rows or FieldKind.Steps:
                    Assert.Equal("array", property.GetProperty("type").GetString());
                    break;
                case FieldKind.ShortObject:
                    AssertSame(fieldPath, field.Item!, property.GetProperty("oneOf").EnumerateArray().Select(Resolve).Single(p => p.TryGetProperty("properties", out _)));
                    break;
                case FieldKind.ScalarMap:
                    Assert.Equal("object", property.GetProperty("type").GetString());
                    break;
                default:
                    Assert.False(property.TryGetProperty("properties", out _), $"{fieldPath} is a scalar");
                    break;
            }
        }
    }

    // A list of objects, which may stand beside a text (success).
    private JsonElement ItemOf(JsonElement property)
    {
        var list = property.TryGetProperty("items", out _)
            ? property
            : property.GetProperty("oneOf").EnumerateArray().Single(p => p.TryGetProperty("items", out _));
        var item = list.GetProperty("items");
        return Resolve(item.TryGetProperty("oneOf", out var choices) ? choices.EnumerateArray().Single(c => c.TryGetProperty("$ref", out _)) : item);
    }

    private JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? _schema.RootElement.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..])
        : schema;
}
