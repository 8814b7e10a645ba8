using System.Net;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Resilience;

namespace ApeTest.Targets.Auth;

/// <summary>Keeps what a login call of one target yields, shared or per session, and shows it on requests. Thread-safe; one login at a time for each session.</summary>
internal sealed class TargetLogin
{
    /// <summary>Sessions whose logins are kept.</summary>
    internal const int MaxSessions = 10_000;

    private readonly TimeProvider _time;
    private readonly LoginCall _login;
    private readonly LoginSlot? _shared;
    private readonly LoginSlots? _sessions;
    private readonly string? _cookie;
    private readonly bool _overrides;

    private TargetLogin(AuthOptions auth, LoginOptions options, Uri target, TimeProvider time)
    {
        _time = time;
        _login = new LoginCall(options, target);
        _shared = options.PerSession ? null : new LoginSlot(time);
        _sessions = options.PerSession ? new LoginSlots(MaxSessions, time) : null;
        _cookie = options.Cookie;
        Header = _cookie is null ? options.Header : null;
        _overrides = auth.Override;
    }

    /// <summary>Header that shows the token; null where a cookie does.</summary>
    public string? Header { get; }

    /// <summary>Builds it of valid options; null where the target has no login.</summary>
    public static TargetLogin? Create(AuthOptions auth, Uri target, TimeProvider time) =>
        auth is { Type: AuthType.Login, Login: { } login } ? new TargetLogin(auth, login, target, time) : null;

    /// <summary>
    /// Sends with the login's credentials: logs in first where there are none yet, and once more where the target answers 401 to them and the
    /// request can be sent again (counted as a retry). A request with credentials of its own goes as it is, unless <c>override</c> is set,
    /// and so does one to a further host of the target.
    /// </summary>
    /// <param name="message">The request.</param>
    /// <param name="call">Its call.</param>
    /// <param name="attempt">Sends a request to the target.</param>
    /// <param name="login">Sends a login call, judged and counted.</param>
    /// <param name="cancellationToken">Ends this request, never a login that others wait for.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message, PolicyCall call, Attempt attempt, Attempt login, CancellationToken cancellationToken)
    {
        // 1. Whose credentials it shows.
        if (!call.Request.Entry!.IsOwn(call.Request.Url) || (!_overrides && HasOwn(message, call)))
        {
            return await attempt(message, call, cancellationToken);
        }
        var ownCookies = _cookie is null ? null : LoginCookie.Of(message);

        // 2. The credential in force; a login where there is none.
        var slot = _shared ?? _sessions!.Of(call.Request.Identity);
        var credential = slot.Credential ?? await LogInAsync(slot, call, login, cancellationToken);

        // 3. Sent, kept for a second time where it is small enough.
        var isReplayable = await ReplayableContent.TryBufferAsync(message, ReplayableContent.Limit, cancellationToken);
        Show(message, credential, ownCookies);
        var response = await attempt(message, call, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || credential.IsRefusedWithin(LoginSlot.FailureMemory, _time))
        {
            return response;
        }

        // 4. Refused: of all that are refused the same credential, one logs in again.
        slot.Drop(credential);
        if (!isReplayable)
        {
            return response;
        }
        response.Dispose();
        credential = slot.Credential ?? await LogInAsync(slot, call, login, cancellationToken);
        Show(message, credential, ownCookies);
        call.CountRetry("login");
        response = await attempt(message, call, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            credential.MarkRefused(_time);
        }
        return response;
    }

    private Task<LoginCredential> LogInAsync(LoginSlot slot, PolicyCall call, Attempt login, CancellationToken cancellationToken)
    {
        // Copied: the login may outlive the request that began it.
        var target = call.Request.Entry!;
        var trace = call.Request.Trace;
        var identity = _sessions is null ? default : call.Request.Identity;
        return slot.GetAsync(() => LogInAsync(target, _login.Request(target.Name, in trace, in identity), login), cancellationToken);
    }

    private async Task<LoginResult> LogInAsync(TargetEntry target, TargetRequest request, Attempt login)
    {
        if (!RequestWriter.TryWrite(in request, request.Url, out var message, out var error))
        {
            message.Dispose();
            return _login.Failed(target.Name, $"cannot be sent ({error})");
        }
        using var sent = message;
        using var limit = new CancellationTokenSource(target.Patience, _time);
        var call = new PolicyCall(in request, _time.GetTimestamp()) { IsLogin = true };
        try
        {
            using var response = await login(message, call, limit.Token);
            return await _login.ReadAsync(response, target.Name, limit.Token);
        }
        catch (TargetRefusedException refused)
        {
            return new LoginResult(null, refused.Verdict);
        }
        catch (Exception exception) when (TargetFailure.Classify(exception) is not null)
        {
            return _login.Failed(target.Name, $"failed ({TargetFailure.Classify(exception)!.Value.Message})");
        }
    }

    private bool HasOwn(HttpRequestMessage message, PolicyCall call) => call.Request.HasAuthorization
        || (Header is not null ? message.Headers.NonValidated.Contains(Header) : LoginCookie.Has(LoginCookie.Of(message), _cookie!));

    private void Show(HttpRequestMessage message, LoginCredential credential, string? ownCookies)
    {
        var name = Header ?? "Cookie";
        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, _cookie is null ? credential.Value : LoginCookie.Merge(ownCookies, _cookie, credential.Value));
    }
}
