using ApeTest.Targets.Http;

namespace ApeTest.Targets.Auth;

/// <summary>The login of one session, or the one that all share: at most one login call at a time, its result kept. Thread-safe.</summary>
internal sealed class LoginSlot(TimeProvider time)
{
    /// <summary>How long a failure stands for the requests that come after it: many agents must not hammer a login that fails.</summary>
    public static readonly TimeSpan FailureMemory = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private LoginCredential? _credential;
    private Task<LoginResult>? _login;
    private long _failed;

    /// <summary>What the last login yielded; null before the first, or after it was dropped.</summary>
    public LoginCredential? Credential => Volatile.Read(ref _credential);

    /// <summary>Forgets a credential that the target refused, unless a newer one has taken its place.</summary>
    public void Drop(LoginCredential refused) => Interlocked.CompareExchange(ref _credential, null, refused);

    /// <summary>
    /// The credential in force, or that of the login under way, or of a new one by <paramref name="login"/>. The login runs on its own:
    /// <paramref name="cancellationToken"/> ends only this caller's wait. A failed login throws <see cref="TargetRefusedException"/>.
    /// </summary>
    public async Task<LoginCredential> GetAsync(Func<Task<LoginResult>> login, CancellationToken cancellationToken)
    {
        Task<LoginResult> running;
        lock (_lock)
        {
            if (_credential is { } known)
            {
                return known;
            }
            running = _login is { } last && IsInForce(last) ? last : _login = RunAsync(login);
        }
        var result = await running.WaitAsync(cancellationToken);
        return result.Credential ?? throw new TargetRefusedException(result.Refusal);
    }

    private bool IsInForce(Task<LoginResult> login) => !login.IsCompleted || (login.IsCompletedSuccessfully && time.GetElapsedTime(_failed) < FailureMemory);

    private async Task<LoginResult> RunAsync(Func<Task<LoginResult>> login)
    {
        // Not under the caller's lock.
        await Task.Yield();
        var result = await login();
        lock (_lock)
        {
            if (result.Credential is { } credential)
            {
                (_credential, _login) = (credential, null);
            }
            else if (result.Refusal.ErrorType == TargetErrors.Login)
            {
                _failed = time.GetTimestamp();
            }
            else
            {
                // Refused before it reached the target (budget, breaker): cheap, and may pass at any time.
                _login = null;
            }
        }
        return result;
    }
}
