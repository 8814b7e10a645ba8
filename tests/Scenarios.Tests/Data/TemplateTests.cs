using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, string> Values = new() { ["user.name"] = "ann", ["orderId"] = "7" };
    private static readonly Dictionary<string, string> Secrets = new() { ["user.password"] = "hunter2" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{user.name}}", "ann")]
    [InlineData("a {{ user.name }}-{{orderId}} z", "a ann-7 z")]
    [InlineData("{{unknown}}", "{{unknown}}")]
    [InlineData("\\{{user.name}} {single} }}", "{{user.name}} {single} }}")]
    public void Render_Placeholders_AreFilledIn(string text, string expected) =>
        Assert.Equal(expected, Template.Parse(text).Render(Values.GetValueOrDefault));

    [Fact]
    public void Render_ForAModel_KeepsSecretsAsPlaceholders()
    {
        var rendered = Template.Parse("Log in as {{user.name}} / {{user.password}}; {{user.name}}.").Render(Values, Secrets);

        Assert.Equal("Log in as ann / {{user.password}}; ann.", rendered.Text);
        Assert.Equal([new RenderedValue("user.password", "hunter2", "data:user.password")], rendered.Secrets);
        Assert.Equal([new RenderedValue("user.name", "ann", "data:user.name")], rendered.Values);
    }

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
    public void TryParse_BrokenPlaceholder_SaysWhere(string text, int position)
    {
        Assert.False(Template.TryParse(text, out _, out var error));
        Assert.Equal(position, error.Position);
        Assert.NotNull(error.Suggestion);
    }
}
