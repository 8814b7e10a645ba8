using System.Text;
using ApeTest.Scenarios.Data;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class JsonReaderTests
{
    [Fact]
    public void ReadArray_NestedFields_AreColumnsByDottedPath()
    {
        var table = Array("""
            [
              { "name": "ann", "age": 31, "vip": true, "address": { "city": "Oslo", "geo": { "lat": 59.9 } }, "tags": ["a", { "x": 1 }] },
              { "age": 4e1, "name": "b\"é", "vip": false, "address": null, "tags": [] }
            ]
            """);

        Assert.Empty(table.Errors);
        Assert.Equal(["name", "age", "vip", "address.city", "address.geo.lat", "tags.0", "tags.1.x"], table.Columns);
        Assert.Equal(["ann", "31", "true", "Oslo", "59.9", "a", "1"], table.Rows[0]);
        Assert.Equal(["b\"é", "4e1", "false", "", "", "", ""], table.Rows[1]);
    }

    [Fact]
    public void ReadArray_FieldThatComesLater_IsEmptyWhereNull()
    {
        var table = Array("""[ { "a": null, "b": "1" }, { "b": "2", "a": "x" } ]""");

        Assert.Empty(table.Errors);
        Assert.Equal(["b", "a"], table.Columns);
        Assert.Equal([["1", ""], ["2", "x"]], table.Rows.Select(row => row.ToArray()));
    }

    [Fact]
    public void ReadLines_BlankLinesAndCarriageReturns_AreSkipped()
    {
        var table = Lines("{\"a\":1}\r\n\r\n  \n{\"a\":\"two\"}");

        Assert.Empty(table.Errors);
        Assert.Equal([["1"], ["two"]], table.Rows.Select(row => row.ToArray()));
    }

    [Theory]
    [InlineData("", 1, "has no rows")]
    [InlineData(" \n", 1, "has no rows")]
    [InlineData("[]", 1, "has no rows")]
    [InlineData("[{}]", 1, "has rows without fields")]
    [InlineData("{\"a\":1}", 1, "must be an array of objects, for example [ { \"name\": \"ann\" } ] (got an object)")]
    [InlineData("\"a\"", 1, "(got a text)")]
    [InlineData("[\n{\"a\":1},\n5\n]", 3, "must be an object")]
    [InlineData("[\n{\"a\":1},\n\n{\"a\":2,\n\"b\":1}\n]", 2, "has no field `b`, which other rows have: write null where there is no value")]
    [InlineData("[\n{\"a\":1},\n{\"b\": {\n}}\n]", 3, "has no field `a`")]
    [InlineData("[\n{\"a\":1},\n{\"a\":}\n]", 3, "is not valid JSON")]
    [InlineData("[\n{\"a\":1},\n{\"a\":2}\n", 4, "is not valid JSON")]
    [InlineData("[{\"a\":1}]\n]", 2, "is not valid JSON")]
    [InlineData("[\n{\"a\":1,\"a\":2}]", 2, "is not valid JSON")]
    [InlineData("[\n{\"a.b\":1,\"a\":{\"b\":2}}]", 2, "has the field `a.b` twice")]
    [InlineData("[{\"\":1}]", 1, "has a field without a name")]
    public void ReadArray_BrokenText_NamesTheLine(string text, int line, string message)
    {
        var error = Assert.Single(Array(text).Errors);

        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1, "has no rows")]
    [InlineData("{\"a\":1}\n[1]", 2, "must be an object")]
    [InlineData("{\"a\":1}\n\n{\"a\":", 3, "is not valid JSON")]
    [InlineData("{\"a\":1}\n{\"a\":2} {\"a\":3}", 2, "is not valid JSON")]
    [InlineData("{\"a\":1}\n{\"b\":2,\"a\":2}", 1, "has no field `b`")]
    public void ReadLines_BrokenText_NamesTheLine(string text, int line, string message)
    {
        var error = Assert.Single(Lines(text).Errors);

        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BrokenEverywhere_StopsAfterTen()
    {
        Assert.Equal(10, Array("[" + string.Join(",\n", Enumerable.Repeat("1", 1000)) + "]").Errors.Length);
        Assert.Equal(10, Lines(string.Join("\n", Enumerable.Repeat("x", 1000))).Errors.Length);
        // Every row but the last lacks a field.
        Assert.Equal(10, Lines(string.Join("\n", Enumerable.Repeat("{\"a\":1}", 1000)) + "\n{\"a\":1,\"b\":2}").Errors.Length);
    }

    [Fact]
    public void ReadArray_VeryDeepOrWide_IsAnError()
    {
        Assert.Contains("is not valid JSON", Array("[" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200) + "]").Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("has more than 1000 columns", Array($"[{{\"a\":[{string.Join(',', Enumerable.Range(0, 2000))}]}}]").Errors[0].Message, StringComparison.Ordinal);
    }

    private static FeedTable Array(string text) => JsonReader.ReadArray(Encoding.UTF8.GetBytes(text));

    private static FeedTable Lines(string text) => JsonReader.ReadLines(Encoding.UTF8.GetBytes(text));
}
