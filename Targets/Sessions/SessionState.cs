using System.Text.Json;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Sessions;

/// <summary>
/// What one session knows: cookies (keyed by the target's URL), bearer token, variables. Owned by exactly one session (an agent's or an
/// MCP client's); not thread-safe, because a session is sequential.
/// </summary>
public sealed class SessionState
{
    /// <summary>Creates an empty state.</summary>
    public SessionState(ActionIdentity identity)
    {
        Identity = identity;
    }

    /// <summary>Whose session it is; <see cref="ActionIdentity.Action"/> is the number of the next action.</summary>
    public ActionIdentity Identity { get; set; }

    /// <summary>The session's trace. Each action gets a span id of its own in it.</summary>
    public System.Diagnostics.ActivityContext Trace { get; set; }

    /// <summary>Bearer token seen in a response (for operations whose security scheme asks for one); null before a login.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Variables set by <c>state_update</c> or picked up.</summary>
    public Dictionary<string, JsonElement> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Cookies by target URL.</summary>
    public System.Net.CookieContainer Cookies { get; } = new();

    /// <summary>Placeholders (<c>user.password</c>) and the secret values that replace <c>{{user.password}}</c> in arguments when the call is made.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);
}
