using System.Collections.Concurrent;
using System.Text.Json;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Auth;

/// <summary>
/// A target whose <c>/login</c> gives a new token each time, as JSON and as cookie, and whose other paths want the last one given, or any
/// that was not revoked.
/// </summary>
internal sealed class LoginTarget : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _valid = new();
    private TestTarget _target = null!;
    private int _logins;

    /// <summary>Login calls so far.</summary>
    public int Logins => _logins;

    /// <summary>What the login calls looked like: method, path, content type, body.</summary>
    public ConcurrentQueue<(string Line, string? ContentType, string Body, IHeaderDictionary Headers)> LoginCalls { get; } = new();

    /// <summary>Other requests: path, Authorization, Cookie, status answered, body.</summary>
    public ConcurrentQueue<(string Path, string Authorization, string Cookie, int Status, string Body, IHeaderDictionary Headers)> Calls { get; } = new();

    /// <summary>In place of the login's usual answer; null: that one.</summary>
    public RequestDelegate? LoginAnswer { get; set; }

    /// <summary>Before a login is answered.</summary>
    public Func<Task> BeforeLogin { get; set; } = static () => Task.CompletedTask;

    /// <summary>Header that holds the token. Default Authorization with Bearer.</summary>
    public string Header { get; set; } = "Authorization";

    /// <summary>Before a request other than a login is judged.</summary>
    public Func<HttpContext, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public Uri Url => _target.Url;

    public static async Task<LoginTarget> StartAsync()
    {
        var target = new LoginTarget();
        target._target = await TestTarget.StartAsync(target.AnswerAsync);
        return target;
    }

    /// <summary>No token given so far is accepted any more.</summary>
    public void RevokeAll() => _valid.Clear();

    public AuthOptions Auth(Action<LoginOptions>? change = null)
    {
        var login = new LoginOptions { Path = "/login", Token = "$.access_token" };
        change?.Invoke(login);
        return new AuthOptions { Type = AuthType.Login, Login = login };
    }

    public SocketsTransport Transport(Action<LoginOptions>? change = null, Action<TargetOptions>? target = null, TimeProvider? time = null, LimitOptions? limits = null, TargetMetrics? metrics = null)
    {
        var options = Some.Target(Url.AbsoluteUri);
        options.Auth = Auth(change);
        target?.Invoke(options);
        return new SocketsTransport(new TargetPolicy(new GatewayFile { Targets = [options], Limits = limits ?? new LimitOptions() }, metrics, time), time ?? TimeProvider.System);
    }

    public TargetRequest Get(string path = "/me", string? session = null) => new()
    {
        Method = HttpMethod.Get, Url = new Uri(Url, path), Target = "shop", Identity = session is null ? default : new ActionIdentity("run-1", session, "0", 1),
    };

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        if (context.Request.Path == "/login")
        {
            LoginCalls.Enqueue(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", context.Request.ContentType, body, new HeaderDictionary(context.Request.Headers.ToDictionary())));
            var number = Interlocked.Increment(ref _logins);
            await BeforeLogin();
            if (LoginAnswer is { } answer)
            {
                await answer(context);
                return;
            }
            var token = $"token-{number}";
            _valid[token] = true;
            context.Response.Headers.Append("Set-Cookie", "other=1; Path=/");
            context.Response.Headers.Append("Set-Cookie", $"sid={token}; Path=/; HttpOnly");
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new { access_token = token, data = new { items = new[] { new { jwt = token } } } }));
            return;
        }
        await Before(context);
        var shown = context.Request.Headers[Header].ToString();
        var given = shown[(shown.LastIndexOf(' ') + 1)..];
        var accepted = _valid.ContainsKey(given) || (context.Request.Cookies["sid"] is { } sid && _valid.ContainsKey(sid));
        context.Response.StatusCode = accepted ? 200 : 401;
        Calls.Enqueue((context.Request.Path, context.Request.Headers.Authorization.ToString(), context.Request.Headers.Cookie.ToString(), context.Response.StatusCode, body,
            new HeaderDictionary(context.Request.Headers.ToDictionary())));
        await context.Response.WriteAsync(given);
    }
}
