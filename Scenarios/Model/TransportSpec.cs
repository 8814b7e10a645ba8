namespace ApeTest.Scenarios.Model;

/// <summary>Who has which connections to the target.</summary>
public enum ConnectionUse
{
    /// <summary>Each agent its own, kept from session to session.</summary>
    Own,

    /// <summary>A new one for each session, as a new user brings it.</summary>
    Session,

    /// <summary>All agents those of one pool, at most <see cref="TargetSpec.MaxConnections"/>.</summary>
    Shared,
}

/// <summary>Version of HTTP.</summary>
public enum HttpUse
{
    /// <summary>HTTP/1.1 for http; for https what the target agrees to, 2 before 1.1.</summary>
    Auto,

    /// <summary>HTTP/1.1 only.</summary>
    Http11,

    /// <summary>HTTP/2 only; over http with prior knowledge.</summary>
    Http2,
}

/// <summary>What sends the requests of journeys.</summary>
public enum TransportUse
{
    /// <summary>The lean one where it can do what the target asks for, otherwise the other.</summary>
    Auto,

    /// <summary>HTTP/1.1 over plain sockets of ApeTest's own: the least CPU and memory a request. No TLS, HTTP/2 or proxy.</summary>
    Lean,

    /// <summary>.NET's <c>SocketsHttpHandler</c>: everything.</summary>
    Sockets,
}
