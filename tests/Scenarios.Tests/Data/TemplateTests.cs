using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, string> Values = new() { ["user.name"] = "ann", ["orderId"] = "7" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{user.name}}", "ann")]
    [InlineData("a {{ user.name }}-{{orderId}} z", "a ann-7 z")]
    [InlineData("{{unknown}}", "{{unknown}}")]
    [InlineData("\\{{user.name}} {single} }}", "{{user.name}} {single} }}")]
    public void Render_Placeholders_AreFilledIn(string text, string expected) =>
        Assert.Equal(expected, Template.Parse(text).Render(Values.GetValueOrDefault));

    [Fact]
    public void Render_ValueThatLooksLikeAPlaceholder_IsNotRenderedAgain() =>
        Assert.Equal("{{user.password}}", Template.Parse("{{x}}").Render(_ => "{{user.password}}"));

    [Fact]
    public void Placeholders_Repeated_AreListedOnce() =>
        Assert.Equal(["b", "a"], Template.Parse("{{b}}{{a}}{{b}}").Placeholders);

    [Theory]
    [InlineData("a {{b", 2)]
    [InlineData("{{}}", 0)]
    [InlineData("{{a b}}", 0)]
    [InlineData("{{9}}", 0)]
    [InlineData("a {{uuid(}}", 2)]
    [InlineData("{{uid()}}", 0)]
    public void TryParse_BrokenPlaceholder_SaysWhere(string text, int position)
    {
        Assert.False(Template.TryParse(text, out _, out var error));
        Assert.Equal(position, error.Position);
        Assert.NotNull(error.Suggestion);
    }

    [Fact]
    public void Parse_GeneratorWithJsonFlag_IsThatGenerator()
    {
        var template = Template.Parse("{{ sequence():json }}");

        var segment = Assert.Single(template.Segments);
        Assert.Equal((TemplateSegmentKind.Generator, "sequence()", true, "sequence()"), (segment.Kind, segment.Text, segment.IsJson, segment.Generator?.Text));
        Assert.Equal("{{sequence():json}}", template.Render(static _ => null));
    }

    [Fact]
    public void Render_Generators_AreAskedInOrderOrLeft()
    {
        var template = Template.Parse("{{int(1..6)}} {{orderId}} {{ uuid() }} \\{{uuid()}}");

        Assert.Equal(["int(1..6)", "uuid()"], template.Generators.Select(generator => generator.Text));
        Assert.Equal(["orderId"], template.Placeholders);
        Assert.Equal("<int(1..6)> 7 <uuid()> {{uuid()}}", template.Render(Values.GetValueOrDefault, generator => $"<{generator.Text}>"));
        Assert.Equal("{{int(1..6)}} 7 {{uuid()}} {{uuid()}}", template.Render(Values.GetValueOrDefault));
    }
}
