using ApeTest.Targets.Http;
using ApeTest.Targets.Resilience;

namespace ApeTest.Targets.Auth;

/// <summary>Keeps what a login call of one target yields, shared or per session, and shows it on requests. Thread-safe; one login at a time for each session.</summary>
internal sealed class TargetLogin
{
    /// <summary>Builds it of valid options; null where the target has no login.</summary>
    public static TargetLogin? Create(AuthOptions auth, Uri target, TimeProvider time) =>
        auth.Type != AuthType.Login ? null : throw new NotImplementedException();

    /// <summary>
    /// Sends with the login's credentials: logs in first where there are none yet, and once more where the target answers 401 to them and the
    /// request can be sent again (counted as a retry). A request with credentials of its own goes as it is, unless <c>override</c> is set.
    /// </summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, PolicyCall call, Attempt attempt, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
