using ApeTest.Gateway.Mcp.Sessions;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>A session over HTTP (protocol versions up to 2025-11-25): from <c>initialize</c> to DELETE, expiry or eviction.</summary>
internal sealed class HttpSession(string id, ClientState state, McpConnection connection, EventStream events) : IAsyncDisposable
{
    private int _requests;

    /// <summary>Its id, a credential.</summary>
    public string Id => id;

    /// <summary>How logs know it.</summary>
    public string Name => state.Name;

    /// <summary>Its server.</summary>
    public McpConnection Connection => connection;

    /// <summary>What it tells its client unasked.</summary>
    public EventStream Events => events;

    /// <summary>Whether a request of it is under way.</summary>
    public bool IsBusy => Volatile.Read(ref _requests) > 0;

    /// <summary>Marks the session as busy until the result is disposed.</summary>
    public IDisposable Use()
    {
        Interlocked.Increment(ref _requests);
        return new Request(this);
    }

    public ValueTask DisposeAsync()
    {
        events.Close();
        return connection.DisposeAsync();
    }

    private sealed class Request(HttpSession session) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref session._requests);
    }
}
