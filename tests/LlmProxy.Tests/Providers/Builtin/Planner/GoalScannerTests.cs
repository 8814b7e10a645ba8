using ApeTest.LlmProxy.Providers.Builtin.Planner;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

public sealed class GoalScannerTests
{
    // A Saturday.
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("on 1 January 2027", "2027-01-01")]
    [InlineData("on January 1st, 2027", "2027-01-01")]
    [InlineData("on 2027-01-01", "2027-01-01")]
    [InlineData("on 01.02.2027", "2027-02-01")]
    [InlineData("on 4 March", "2027-03-04")]
    [InlineData("on 24 Dec", "2026-12-24")]
    [InlineData("tomorrow", "2026-11-22")]
    [InlineData("in 2 weeks", "2026-12-05")]
    [InlineData("in a week", "2026-11-28")]
    [InlineData("next Tuesday", "2026-11-24")]
    [InlineData("on Saturday", "2026-11-28")]
    [InlineData("from 3 to 5 March 2027", "2027-03-03 2027-03-05")]
    [InlineData("between 3 and 5 March", "2027-03-03 2027-03-05")]
    [InlineData("3 marbles in March", "")]
    public void Scan_DatesInWords_AreDates(string text, string expected) => Assert.Equal(expected, string.Join(' ',
        GoalScanner.Scan(text).Where(token => token.Kind == TokenKind.Date).Select(token => GoalDates.Resolve(token.Text, Now))));

    [Theory]
    [InlineData("1,250.00 EUR", "Money:1,250.00")]
    [InlineData("at 19:30", "Word:at Time:19:30")]
    [InlineData("at 7 pm", "Word:at Time:19:00")]
    [InlineData("phone +43 660 1234567", "Word:phone Phone:+436601234567")]
    [InlineData("to DE89 3704 0044 0532 0130 00", "Word:to Id:DE89370400440532013000")]
    [InlineData("by Ursula K. Le Guin", "Word:by Word:Ursula Word:K. Word:Le Word:Guin")]
    [InlineData("with Dr. Cohen", "Word:with Word:Dr. Word:Cohen")]
    public void Scan_ValuesInWords_AreOneToken(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', GoalScanner.Scan(text).Select(token => $"{token.Kind}:{token.Text}")));
}
