using ApeTest.Targets.Auth;

namespace ApeTest.Gateway.Tests.Configuration;

public sealed class AuthReaderTests
{
    private static AuthOptions Read(string auth, params (string Name, string Value)[] variables) =>
        Assert.Single(Files.Parse(Files.Target($"\"auth\":{auth}"), variables).Targets).Auth;

    private static string[] Errors(string auth) =>
        [.. Files.Errors(Files.Target($"\"auth\":{auth}")).Select(static error => error.Replace("targets[0].auth", "auth", StringComparison.Ordinal))];

    [Fact]
    public void Read_Bearer() => Assert.Equal((AuthType.Bearer, "t", true), Read("""{"type":"bearer","token":"t","override":true}""") is var auth ? (auth.Type, auth.Token, auth.Override) : default);

    [Fact]
    public void Read_Basic() => Assert.Equal((AuthType.Basic, "u", ""), Read("""{"type":"basic","user":"u","password":""}""") is var auth ? (auth.Type, auth.User, auth.Password) : default);

    [Fact]
    public void Read_ApiKey() => Assert.Equal((AuthType.ApiKey, "query", "key", "k v"), Read("""{"type":"apiKey","in":"query","name":"key","value":"k v"}""") is var auth ? (auth.Type, auth.In, auth.Name, auth.Value) : default);

    [Fact]
    public void Read_Login_EveryField()
    {
        var auth = Read("""
            {"type":"login","scope":"session","token":"$.a.b","header":"X-Token","scheme":"",
             "request":{"method":"PUT","path":"/in?x=1","json":{"user":"u","list":["${PASS}",1,null]},"headers":{"X-A":"1"}}}
            """, ("PASS", "geheim"));

        var login = auth.Login!;
        Assert.Equal((AuthType.Login, true, "$.a.b", "X-Token", ""), (auth.Type, login.PerSession, login.Token, login.Header, login.Scheme));
        Assert.Equal(("PUT", "/in?x=1", "1"), (login.Method, login.Path, login.Headers["x-a"]));
        Assert.Equal("""{"user":"u","list":["geheim",1,null]}""", login.Json!.Value.GetRawText());
    }

    [Fact]
    public void Read_Login_DefaultsAndCookie()
    {
        var login = Read("""{"type":"login","cookie":"sid","request":{"path":"/login","form":{"user":"u"}}}""").Login!;

        Assert.Equal(("POST", "sid", null, "Authorization", null, false, "u"), (login.Method, login.Cookie, login.Token, login.Header, login.Scheme, login.PerSession, login.Form["user"]));
    }

    [Theory]
    [InlineData("{}", "auth.type: is missing; write one of \"none\", \"bearer\", \"basic\", \"apiKey\", \"login\"")]
    [InlineData("""{"type":"barer","token":"x"}""", "auth.type: 'barer' is not known; did you mean \"bearer\"?")]
    [InlineData("""{"type":"bearer"}""", "auth.token: is missing")]
    [InlineData("""{"type":"bearer","token":"Bearer x"}""", "auth.token: begins with the scheme")]
    [InlineData("""{"type":"bearer","token":"a b"}""", "auth.token: holds white space")]
    [InlineData("""{"type":"bearer","token":"a\nb"}""", "auth.token: the value holds a line break", "auth.token: holds white space")]
    [InlineData("""{"type":"basic","token":"x","user":"u","password":"p"}""", "auth.token: has no effect with type basic; remove it, or set `type` to bearer or login")]
    [InlineData("""{"type":"none","value":"x"}""", "auth.value: has no effect with type none; remove it, or set `type` to apiKey")]
    [InlineData("""{"type":"basic","user":"a:b","password":"p"}""", "auth.user: may not hold a colon")]
    [InlineData("""{"type":"basic"}""", "auth.user: is missing", "auth.password: is missing")]
    [InlineData("""{"type":"apiKey","in":"cookie","name":"X","value":"v"}""", "auth.in: 'cookie' is not known; write \"header\" or \"query\"")]
    [InlineData("""{"type":"apiKey"}""", "auth.name: is missing", "auth.value: is missing")]
    [InlineData("""{"type":"apiKey","name":"a b","value":"v"}""", "auth.name: 'a b' is not a header name")]
    [InlineData("""{"type":"apiKey","name":"Host","value":"v"}""", "auth.name: 'Host' is set by the gateway itself")]
    [InlineData("""{"type":"login","token":"$.t"}""", "auth.request.path: is missing")]
    [InlineData("""{"type":"login","request":{"path":"/l"}}""", "auth: needs `token` or `cookie`")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"token":"$.t","cookie":"c"}""", "auth: may hold only one of `token` and `cookie`")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"token":"access_token"}""", "auth.token: 'access_token' is not a JSON path: it must begin with '$'")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"cookie":"a b"}""", "auth.cookie: 'a b' is not a cookie name")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"cookie":"c","header":"X","scheme":"Y"}""", "auth.header: has no effect with `cookie`", "auth.scheme: has no effect with `cookie`")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"token":"$.t","scheme":"a b"}""", "auth.scheme: 'a b' is not one word")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"token":"$.t","scope":"sesion"}""", "auth.scope: 'sesion' is not known; did you mean \"session\"?")]
    [InlineData("""{"type":"login","request":{"path":"//evil/l"},"token":"$.t"}""", "auth.request.path: '//evil/l' is not a path below the target's URL")]
    [InlineData("""{"type":"login","request":{"path":"http://evil"},"token":"$.t"}""", "auth.request.path: 'http://evil' is not a path below the target's URL")]
    [InlineData("""{"type":"login","request":{"path":"/l","json":{},"form":{"a":"b"}},"token":"$.t"}""", "auth.request: may hold only one of `json` and `form`")]
    [InlineData("""{"type":"login","request":{"path":"/l","method":"GET","json":{}},"token":"$.t"}""", "auth.request.method: a GET carries no body")]
    [InlineData("""{"type":"login","request":{"path":"/l","headers":{"X":"a\r\nb"}},"token":"$.t"}""", "auth.request.headers.X: the value holds a line break")]
    [InlineData("""{"type":"login","request":{"path":"/l","body":"x"},"token":"$.t"}""", "auth.request.body: is not a known field")]
    [InlineData("""{"type":"login","request":{"path":"/l"},"token":7}""", "auth.token: must be a text")]
    public void Read_Wrong_NamesFieldRuleAndFix(string auth, params string[] expected)
    {
        var errors = Errors(auth);

        Assert.Equal(expected.Length, errors.Length);
        Assert.All(expected.Zip(errors), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(errors, static error => Assert.Contains("; ", error, StringComparison.Ordinal));
    }
}
