using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class CsvReaderTests
{
    [Fact]
    public void Read_QuotesAndLineBreaks_AreKept()
    {
        var table = Read("name, note\r\n\"Smith, \"\"J\"\"\",\"two\nlines\"\r\n\r\n ann ,\n\"\",last");

        Assert.Empty(table.Errors);
        Assert.Equal(["name", "note"], table.Columns);
        Assert.Equal(3, table.Rows.Length);
        Assert.Equal(["Smith, \"J\"", "two\nlines"], table.Rows[0]);
        Assert.Equal([" ann ", ""], table.Rows[1]);
        Assert.Equal(["", "last"], table.Rows[2]);
    }

    [Theory]
    [InlineData("", 1, "is empty")]
    [InlineData("\n\n", 1, "is empty")]
    [InlineData("a,b\n", 2, "has a header but no rows")]
    [InlineData("a,,c\n1,2,3\n", 1, "a column has no name")]
    [InlineData("a,a\n1,2\n", 1, "two columns are named `a`")]
    [InlineData("a,b\n1,2\n\n3\n", 4, "has 1 field, the header has 2")]
    [InlineData("a,b\n\"x\ny\",1\n1,2,3\n", 4, "has 3 fields, the header has 2")]
    [InlineData("a\nx\"y\n", 2, "a quote stands inside an unquoted field")]
    [InlineData("a\n\"x\"y\n", 2, "text stands behind a closing quote")]
    [InlineData("a\n1\n\"x\n", 3, "a quoted field does not end")]
    public void Read_BrokenText_NamesTheLine(string text, int line, string message)
    {
        var error = Assert.Single(Read(text).Errors);

        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BrokenEverywhere_StopsAfterTen() =>
        Assert.Equal(10, Read("a,b\n" + string.Concat(Enumerable.Repeat("x\n", 1000))).Errors.Length);

    private static FeedTable Read(string text)
    {
        using var reader = new StringReader(text);
        return CsvReader.Read(reader);
    }
}
