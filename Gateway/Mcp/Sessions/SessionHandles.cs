using System.Diagnostics.CodeAnalysis;

namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>Sessions of the session-less protocol (2026-07-28): each hangs on the opaque handle that <c>session_start</c> returned. Thread-safe.</summary>
internal sealed class SessionHandles(McpLimits limits, GatewayMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly BoundedSessions<ClientState> _sessions = new(limits, time, static state => state.IsBusy, (_, end) => metrics.SessionEnded(end));

    /// <summary>Begins a session and returns its handle.</summary>
    public string Start()
    {
        var handle = "ses_" + SessionId.Create();
        _sessions.Add(handle, new ClientState(handle));
        metrics.SessionBegan();
        return handle;
    }

    /// <summary>The state behind a handle; false where there is none, or none any more.</summary>
    public bool TryUse(string handle, [NotNullWhen(true)] out ClientState? state) => _sessions.TryUse(handle, out state);

    public void Dispose() => _sessions.Dispose();
}
