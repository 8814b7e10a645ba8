using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class VariableTextTests
{
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal) { ["A"] = "1", ["EMPTY"] = "", ["NESTED"] = "${A}" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$A {A}", "$A {A}")]
    [InlineData("a-${A}-${A}", "a-1-1")]
    [InlineData("$${A}", "${A}")]
    [InlineData("$${A} ${A}", "${A} 1")]
    [InlineData("${NESTED}", "${A}")]
    public void Fill_Text_IsFilledOnce(string text, string expected)
    {
        var filled = VariableText.Fill(text, Environment);

        Assert.Equal(expected, filled.Text);
        Assert.Empty(filled.Errors);
    }

    [Theory]
    [InlineData("${", "holds a broken")]
    [InlineData("${}", "holds a broken")]
    [InlineData("${1A}", "holds a broken")]
    [InlineData("${A-B}", "holds a broken")]
    [InlineData("${EMPTY}", "the environment variable EMPTY is not set")]
    [InlineData("${a}", "the environment variable a is not set")]
    public void Fill_Wrong_IsAnError(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Single(VariableText.Fill(text, Environment).Errors).Message, StringComparison.Ordinal);
}
