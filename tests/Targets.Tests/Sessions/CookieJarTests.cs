using ApeTest.Targets.Sessions.Cookies;
using ApeTest.Tests.Shared;

namespace ApeTest.Targets.Tests.Sessions;

/// <summary>RFC 6265, mostly by its own examples.</summary>
public sealed class CookieJarTests
{
    private readonly FakeTimeProvider _time = new();

    private CookieJar Jar(string url, params string[] headers)
    {
        var jar = new CookieJar(_time);
        foreach (var header in headers)
        {
            jar.Take(new Uri(url), header);
        }
        return jar;
    }

    [Theory]
    [InlineData("SID=31d4d96e407aad42", "SID=31d4d96e407aad42")]
    [InlineData("SID=31d4d96e407aad42; Path=/; Secure; HttpOnly", "SID=31d4d96e407aad42")]
    [InlineData("lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "")]
    [InlineData("lang=en-US; Expires=Wed, 09 Jun 2100 10:18:14 GMT", "lang=en-US")]
    [InlineData("  a  =  b c  ;x", "a=b c")]
    [InlineData("a=\"x; y\"", "a=\"x")]
    [InlineData("a=b=c==", "a=b=c==")]
    [InlineData("a=x,y=z", "a=x,y=z")]
    [InlineData("$a=1", "$a=1")]
    [InlineData("a=", "a=")]
    [InlineData("a", "")]
    [InlineData("=b", "")]
    [InlineData("", "")]
    [InlineData(";", "")]
    [InlineData("a=1; SameSite=Lax; Priority=High; =x", "a=1")]
    [InlineData("a=b\u0001c", "")]
    [InlineData("a=\u4e00", "")]
    public void Take_Pair_IsReadAsSection52Says(string header, string expected) =>
        Assert.Equal(expected, Jar("https://www.example.com/", header).Header(new Uri("https://www.example.com/")));

    [Theory]
    // Section 5.1.3 and 5.3, steps 4 to 6.
    [InlineData("http://example.com/", "a=1; Domain=example.com", "http://www.example.com/", true)]
    [InlineData("http://example.com/", "a=1; Domain=.Example.COM", "http://www.example.com/", true)]
    [InlineData("http://example.com/", "a=1", "http://www.example.com/", false)]
    [InlineData("http://foo.example.com/", "a=1; Domain=example.com", "http://bar.example.com/", true)]
    [InlineData("http://foo.example.com/", "a=1; Domain=foo.example.com", "http://example.com/", false)]
    [InlineData("http://foo.example.com/", "a=1; Domain=baz.foo.example.com", "http://baz.foo.example.com/", false)]
    [InlineData("http://foo.example.com/", "a=1; Domain=bar.example.com", "http://bar.example.com/", false)]
    [InlineData("http://badexample.com/", "a=1; Domain=example.com", "http://example.com/", false)]
    [InlineData("http://example.com/", "a=1; Domain=com", "http://other.com/", false)]
    [InlineData("http://example.com/", "a=1; Domain=example.com.", "http://example.com/", false)]
    [InlineData("http://example.com/", "a=1; Domain=", "http://example.com/", true)]
    [InlineData("http://example.com/", "a=1; Domain=.", "http://example.com/", true)]
    [InlineData("http://example.com/", "a=1; Domain=evil.test; Domain=example.com", "http://example.com/", true)]
    [InlineData("http://shop/", "a=1; Domain=shop", "http://shop/", true)]
    [InlineData("http://shop/", "a=1; Domain=shop", "http://x.shop/", false)]
    [InlineData("http://localhost:5080/", "a=1; Domain=localhost", "http://localhost:9/", true)]
    [InlineData("http://127.0.0.1:5080/", "a=1; Domain=127.0.0.1", "http://127.0.0.1:9/", true)]
    [InlineData("http://127.0.0.1/", "a=1; Domain=0.0.1", "http://127.0.0.1/", false)]
    [InlineData("http://[::1]/", "a=1", "http://[::1]:9/", true)]
    [InlineData("http://b\u00fccher.test/", "a=1", "http://xn--bcher-kva.test/", true)]
    public void Header_OfHost_FollowsDomain(string from, string header, string to, bool isSent) =>
        Assert.Equal(isSent ? "a=1" : "", Jar(from, header).Header(new Uri(to)));

    [Theory]
    // Section 5.1.4.
    [InlineData("http://t/a/b", "a=1", "http://t/a/c", true)]
    [InlineData("http://t/a/b", "a=1", "http://t/a", true)]
    [InlineData("http://t/a/b", "a=1", "http://t/ab", false)]
    [InlineData("http://t/a/b", "a=1", "http://t/", false)]
    [InlineData("http://t/a", "a=1", "http://t/x", true)]
    [InlineData("http://t", "a=1", "http://t/x", true)]
    [InlineData("http://t/a/b/", "a=1", "http://t/a/b", true)]
    [InlineData("http://t/x", "a=1; Path=/admin", "http://t/admin/x", true)]
    [InlineData("http://t/x", "a=1; Path=/admin", "http://t/administrator", false)]
    [InlineData("http://t/x", "a=1; Path=/admin/", "http://t/admin/x", true)]
    [InlineData("http://t/x", "a=1; Path=/admin/", "http://t/admin", false)]
    [InlineData("http://t/x", "a=1; Path=/Admin", "http://t/admin", false)]
    [InlineData("http://t/a/b", "a=1; Path=here", "http://t/a/c", true)]
    [InlineData("http://t/a/b", "a=1; Path=", "http://t/x", false)]
    [InlineData("http://t/a/b", "a=1; Path=/x; Path=/y", "http://t/y", true)]
    public void Header_OfPath_FollowsPath(string from, string header, string to, bool isSent) =>
        Assert.Equal(isSent ? "a=1" : "", Jar(from, header).Header(new Uri(to)));

    [Theory]
    [InlineData("https://t/", "a=1; Secure", "http://t/", false)]
    [InlineData("https://t/", "a=1; secure=no", "https://t/", true)]
    [InlineData("http://t/", "a=1; HttpOnly", "http://t/", true)]
    [InlineData("https://t/", "__Secure-a=1; Secure; Path=/", "https://t/", true)]
    [InlineData("https://t/", "__Secure-a=1; Path=/", "https://t/", false)]
    [InlineData("http://t/", "__Secure-a=1; Secure; Path=/", "https://t/", false)]
    [InlineData("https://t/", "__Host-a=1; Secure; Path=/", "https://t/", true)]
    [InlineData("https://t/", "__host-a=1; Secure; Path=/x", "https://t/x", false)]
    [InlineData("https://t/", "__Host-a=1; Secure", "https://t/", false)]
    [InlineData("https://t.test/", "__Host-a=1; Secure; Path=/; Domain=t.test", "https://t.test/", false)]
    public void Header_OfScheme_FollowsSecureAndPrefixes(string from, string header, string to, bool isSent) =>
        Assert.Equal(isSent, Jar(from, header).Header(new Uri(to)).Length > 0);

    [Theory]
    // Section 5.1.1; FakeTimeProvider begins in this century.
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", false)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", false)]
    [InlineData("Sun Nov  6 08:49:37 1994", false)]
    [InlineData("1994 nov. 6th, 8:49:37", false)]
    [InlineData("06/nov/94 08:49:37x", false)]
    [InlineData("Wed, 09-Jun-69 10:18:14 GMT", true)]
    [InlineData("Wed, 09-Jun-70 10:18:14 GMT", false)]
    // What is no date is as if it were not there.
    [InlineData("never, really", true)]
    [InlineData("Sun, 31 Feb 1994 08:49:37 GMT", true)]
    [InlineData("Sun, 06 Nov 1994 24:00:00 GMT", true)]
    [InlineData("Sun, 06 Nov 1600 08:49:37 GMT", true)]
    [InlineData("Sun, 06 Nov 1994", true)]
    [InlineData("0", true)]
    public void Take_Expires_IsReadLeniently(string date, bool isKept) =>
        Assert.Equal(isKept ? "a=1" : "", Jar("http://t/", $"a=1; Expires={date}").Header(new Uri("http://t/")));

    [Theory]
    [InlineData("a=1; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT", 59, true)]
    [InlineData("a=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT; Max-Age=60", 60, false)]
    [InlineData("a=1; Max-Age=0", 0, false)]
    [InlineData("a=1; Max-Age=-5", 0, false)]
    [InlineData("a=1; Max-Age=1x", 1000, true)]
    [InlineData("a=1; Max-Age=", 1000, true)]
    [InlineData("a=1; Max-Age=99999999999999999999999", 1000, true)]
    public void Header_WithMaxAge_EndsWithIt(string header, int seconds, bool isKept)
    {
        var jar = Jar("http://t/", header);

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isKept ? "a=1" : "", jar.Header(new Uri("http://t/")));
    }

    [Fact]
    public void Header_Several_LongestPathFirstThenOldest()
    {
        var jar = Jar("http://t/", "a=1; Path=/", "b=2; Path=/x/y", "c=3; Path=/x", "d=4; Path=/");

        Assert.Equal("b=2; c=3; a=1; d=4", jar.Header(new Uri("http://t/x/y/z")));
    }

    [Fact]
    public void Take_Replacement_KeepsItsPlace()
    {
        var jar = Jar("http://t/", "a=1; Path=/", "b=2; Path=/", "a=3; Path=/; Max-Age=60");

        Assert.Equal("a=3; b=2", jar.Header(new Uri("http://t/")));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("b=2", jar.Header(new Uri("http://t/")));
    }

    [Fact]
    public void Take_SameNameElsewhere_IsAnotherCookie()
    {
        var jar = Jar("http://www.t.test/", "a=1; Path=/", "a=2; Path=/x", "a=3; Domain=t.test; Path=/");

        Assert.Equal("a=2; a=1; a=3", jar.Header(new Uri("http://www.t.test/x")));
    }

    [Fact]
    public void Take_Names_ToldWhereStoredOrRemoved()
    {
        var jar = new CookieJar(_time);

        Assert.Equal(("a", "1"), jar.Take(new Uri("http://t/"), "a=1"));
        Assert.Null(jar.Take(new Uri("http://t/"), "b=1; Domain=evil.test"));
        Assert.Equal(("a", ""), jar.Take(new Uri("http://t/"), "a=; Max-Age=0"));
        Assert.Empty(jar.Names);
    }

    [Fact]
    public void Take_TooMany_LeastUsedOfTheDomainGivesWay()
    {
        var jar = Jar("http://t/", [.. Enumerable.Range(0, CookieJar.MaxOfDomain).Select(static i => $"c{i}=1; Path=/p{i}")]);
        jar.Take(new Uri("http://other/"), "o=1");
        jar.Header(new Uri("http://t/p0"));

        jar.Take(new Uri("http://t/"), "new=1; Path=/");

        Assert.Equal(CookieJar.MaxOfDomain + 1, jar.Count);
        Assert.DoesNotContain("c1", jar.Names);
        Assert.Contains("c0", jar.Names);
        Assert.Contains("o", jar.Names);
    }

    [Fact]
    public void Take_TooManyDomainsOrBytes_StaysBounded()
    {
        var jar = new CookieJar(_time);
        for (var i = 0; i < 1000; i++)
        {
            jar.Take(new Uri($"http://h{i}.test/"), $"c={i}");
        }
        Assert.Equal(CookieJar.MaxCookies, jar.Count);
        Assert.Equal("c=999", jar.Header(new Uri("http://h999.test/")));

        for (var i = 0; i < 40; i++)
        {
            jar.Take(new Uri("http://t/"), $"long{i}={new string('x', 4000)}");
        }
        Assert.InRange(jar.Header(new Uri("http://t/")).Length, 4000, CookieJar.MaxLength + 200);
        Assert.Contains("long39=", jar.Header(new Uri("http://t/")), StringComparison.Ordinal);
        Assert.Null(jar.Take(new Uri("http://t/"), $"huge={new string('x', 4096)}"));
    }
}
