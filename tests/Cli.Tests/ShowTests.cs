using ApeTest.Cli.Errors;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Rendering;

namespace ApeTest.Cli.Tests;

public sealed class ShowTests
{
    [Theory]
    [InlineData(null, "-")]
    [InlineData(0.0, "0 ms")]
    [InlineData(0.00041, "0.41 ms")]
    [InlineData(0.0123, "12.3 ms")]
    [InlineData(0.212, "212 ms")]
    [InlineData(0.9996, "1.00 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(125.0, "2m05s")]
    [InlineData(3725.0, "1h02m")]
    public void Seconds_OfAnySize_IsShort(double? seconds, string expected) => Assert.Equal(expected, Show.Seconds(seconds));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.254, "0.25")]
    [InlineData(0.996, "1.0")]
    [InlineData(19.81, "19.8")]
    [InlineData(99.96, "100")]
    [InlineData(9800.4, "9,800")]
    public void Rate_OfAnySize_IsShort(double perSecond, string expected) => Assert.Equal(expected, Show.Rate(perSecond));

    [Theory]
    [InlineData("0", "$0.00")]
    [InlineData("0.0123", "$0.0123")]
    [InlineData("1.5", "$1.50")]
    public void Dollars_OfAnySize_ShowWhatMatters(string amount, string expected) =>
        Assert.Equal(expected, Show.Dollars(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred\u0007", " [31mred ")]
    [InlineData("cod\u202egpj.exe\u2066\u200f", "cod gpj.exe  ")]
    public void Safe_WhatATerminalObeys_IsBlank(string text, string expected) => Assert.Equal(expected, Show.Safe(text));

    [Fact]
    public void Table_TooWide_ShortensTextAndKeepsNumbers()
    {
        using var output = new StringWriter { NewLine = "\n" };

        new TextTable().Left("name").Right("count").Row(new string('x', 50), "1,234,567").Write(output, 30);

        Assert.Equal($"name                    count\n{new string('x', 18)}…  1,234,567\n".Split('\n')[1], output.ToString().Split('\n')[1]);
    }

    [Theory]
    [InlineData("--agnets", "--agents")]
    [InlineData("--thresh", "--threshold")]
    [InlineData("--zzz", null)]
    public void Nearest_Word_IsTheOneThatWasMeant(string word, string? expected) =>
        Assert.Equal(expected, UnknownWord.Nearest(word, ["--agents", "--threshold", "--target"]));
}
