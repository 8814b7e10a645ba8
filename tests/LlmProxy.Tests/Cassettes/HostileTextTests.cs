using ApeTest.LlmProxy.Cassettes;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Cassettes;

/// <summary>Prompts hold what strangers wrote. At this length a rule that costs the square of it takes many minutes, one that costs the length a moment.</summary>
public sealed class HostileTextTests
{
    private const int Length = 200_000;
    private const int LengthBehindAStart = 50_000;

    [Theory]
    [InlineData("eyJ-")]
    [InlineData("eyJaaaaaa.")]
    [InlineData("eyJaaaaaaaaaaa")]
    [InlineData("a")]
    [InlineData("A")]
    [InlineData("7")]
    [InlineData("ab-")]
    [InlineData("a_")]
    [InlineData("a1-")]
    [InlineData(" ")]
    [InlineData("\\")]
    [InlineData("\"")]
    [InlineData("{{")]
    [InlineData("password:\"")]
    [InlineData("pwd:\\\"x")]
    [InlineData("pass=")]
    [InlineData("token: bearer ")]
    [InlineData("bearer ")]
    [InlineData("cookie: ")]
    [InlineData("cookie=;")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("-----BEGIN ")]
    [InlineData("://a:")]
    [InlineData("://")]
    [InlineData("id:")]
    [InlineData("id=a1")]
    [InlineData("aId")]
    [InlineData("a_id\"")]
    [InlineData("/1234")]
    [InlineData("ord-123")]
    [InlineData("ord-123-")]
    [InlineData("AKIA")]
    [InlineData("2026-11-21T")]
    [InlineData("3f2b8c1e-")]
    public async Task Replace_OnePatternAgainAndAgain_CostsItsLength(string pattern)
    {
        foreach (var start in (string[])["", "password: ", "token:\"", "id: ", "://u:", "-----BEGIN PRIVATE KEY-----", "cookie: "])
        {
            var text = start + string.Concat(Enumerable.Repeat(pattern, (start.Length == 0 ? Length : LengthBehindAStart) / pattern.Length));
            var values = new VolatileValues();
            await Task.Run(() =>
            {
                values.Learn(text);
                values.Replace(text);
            }, TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Template_ManyIdsInAPromptAndTheAnswer_CostsTheirLength()
    {
        VolatileValue[] values = [.. Enumerable.Range(0, 20_000).Select(i => new VolatileValue("id", $"ord-{i:000000}"))];
        var text = string.Concat(values.Select(value => value.Text + " "));
        var finder = new ValueFinder(values.Index());
        var template = await Task.Run(() => finder.Template([text, text]), TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        Assert.EndsWith("{{id:20000}} ", template[1], StringComparison.Ordinal);
    }
}
