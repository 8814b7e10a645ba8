using System.Collections.Frozen;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions.Cookies;
using ApeTest.Targets.Sessions.Csrf;
using ApeTest.Targets.Tools.Pages;

namespace ApeTest.Targets.Sessions;

/// <summary>
/// What one session knows: cookies (keyed by the target's URL), bearer token, value against forgery, the page it is on, variables. Owned by
/// exactly one session (an agent's or an MCP client's); not thread-safe, because a session is sequential.
/// </summary>
public sealed class SessionState
{
    /// <summary>Creates an empty state.</summary>
    /// <param name="identity">Whose it is.</param>
    /// <param name="time">Clock that cookies expire by. Default the system's.</param>
    public SessionState(ActionIdentity identity, TimeProvider? time = null)
    {
        Identity = identity;
        Cookies = new CookieJar(time ?? TimeProvider.System);
    }

    /// <summary>Creates a state around cookies that are kept elsewhere.</summary>
    /// <param name="identity">Whose it is.</param>
    /// <param name="cookies">Its cookies.</param>
    public SessionState(ActionIdentity identity, CookieJar cookies)
    {
        Identity = identity;
        Cookies = cookies;
    }

    /// <summary>Whose session it is; <see cref="ActionIdentity.Action"/> is the number of the next action.</summary>
    public ActionIdentity Identity { get; set; }

    /// <summary>The session's trace. Each action gets a span id of its own in it.</summary>
    public System.Diagnostics.ActivityContext Trace { get; set; }

    /// <summary>Bearer token seen in a response (for operations whose security scheme asks for one); null before a login.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Is told each secret that a response hands out, by name and value: <c>token</c>, <c>refresh_token</c>, <c>csrf</c>, <c>cookie.NAME</c>. Default: nobody.</summary>
    public Action<string, string>? PickedUp { get; set; }

    /// <summary>Variables set by <c>state_update</c> or picked up.</summary>
    public Dictionary<string, JsonElement> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Cookies by target URL.</summary>
    public CookieJar Cookies { get; }

    /// <summary>Placeholders (<c>user.password</c>) and the secret values that replace <c>{{user.password}}</c> in arguments when the call is made.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Values of the session's data, by name, that replace their placeholders as <see cref="Secrets"/> do. They are no secrets. Default none.</summary>
    public IReadOnlyDictionary<string, string> Known { get; set; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The last value against forgery that a response gave beside its cookies; null for none.</summary>
    internal CsrfToken? Csrf { get; private set; }

    /// <summary>The last page that the target answered with, its text dropped; null for none.</summary>
    internal HtmlPage? Page { get; private set; }

    /// <summary>
    /// Takes in what a response says: cookies of its URL, a bearer token of a login, a value against forgery. Nothing that a target sends
    /// makes it throw. Called by the tools for every answer, redirects included.
    /// </summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="method">Its method; a token is never taken from an answer to GET or HEAD. Null: unknown.</param>
    /// <param name="operation">Its tool; null for none.</param>
    /// <returns>What was picked up: name -> where from, without the value (a token and a session cookie are secrets).</returns>
    public IReadOnlyList<KeyValuePair<string, string>> Observe(in TargetExchange exchange, HttpMethod? method = null, string? operation = null) =>
        Observe(in exchange, method, operation, page: null);

    /// <summary>Takes in a response and the page that it holds, which the session is then on; null for none: it stays where it was.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Observe(in TargetExchange exchange, HttpMethod? method, string? operation, HtmlPage? page)
    {
        List<KeyValuePair<string, string>>? extracted = null;
        foreach (var header in exchange.Headers ?? [])
        {
            if (header.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) && exchange.Url is { } url && Cookies.Take(url, header.Value) is { } cookie)
            {
                (extracted ??= []).Add(new($"cookie:{cookie.Name}", RedactedText.From("set-cookie")));
                PickedUp?.Invoke($"cookie.{cookie.Name}", cookie.Value);
            }
        }
        if (TokenPickup.Find(in exchange, method, operation) is { } found)
        {
            BearerToken = found.Token;
            PickedUp?.Invoke("token", found.Token);
            foreach (var (name, other) in found.Others)
            {
                PickedUp?.Invoke(name, other);
            }
            (extracted ??= []).Add(new("token", RedactedText.From(found.Path)));
        }
        if (CsrfPickup.Find(in exchange, page) is { } csrf)
        {
            Csrf = csrf;
            PickedUp?.Invoke("csrf", csrf.Value);
            (extracted ??= []).Add(new("csrf", RedactedText.From(csrf.Source)));
        }
        if (page is not null)
        {
            Page = page;
            TellOfForms(page);
        }
        return extracted ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    // A form may have a value of its own against forgery (Rails, per_form_csrf_tokens).
    private void TellOfForms(HtmlPage page)
    {
        foreach (var form in PickedUp is null ? [] : page.Forms)
        {
            foreach (var field in form.Fields)
            {
                if (field is { Type: "hidden", Value: { } value } && value != Csrf?.Value && CsrfNames.IsField(field.Name))
                {
                    PickedUp!($"csrf.{field.Name}", value);
                }
            }
        }
    }

    /// <summary>Value of the <c>Cookie</c> header for a URL on the target; empty for none.</summary>
    public string CookieHeader(Uri url) => Cookies.Header(url);
}
