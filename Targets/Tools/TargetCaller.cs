using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Sessions.Csrf;
using ApeTest.Targets.Tools.Pages;

namespace ApeTest.Targets.Tools;

/// <summary>
/// Makes a call with a session's credentials and follows its redirects (at most 5), each hop through the transport again, so that policy
/// and trace hold for it too. Thread-safe; the session is the caller's alone.
/// </summary>
/// <param name="transport">How requests travel.</param>
/// <param name="target">Name of the target.</param>
/// <param name="time">Clock.</param>
/// <param name="configured">Names of headers that the target's own configuration sets: a token that the session picked up does not take their place.</param>
/// <param name="targetUrl">URL of the target, which references in observations are told relative to; null: to the host of the answer.</param>
internal sealed class TargetCaller(ITargetTransport transport, string target, TimeProvider time, FrozenSet<string>? configured = null, Uri? targetUrl = null)
{
    private const int MaxRedirects = 5;

    /// <summary>Makes an action's call; the session observes every answer.</summary>
    public async ValueTask<ActionResult> CallAsync(TargetCall call, SessionState state, CancellationToken cancellationToken)
    {
        var dispatched = time.GetTimestamp();
        var observed = new Observed(call.Carried);
        var exchange = await FollowAsync(call, state, observed, cancellationToken);
        var result = ActionResults.Of(in exchange, state, targetUrl, observed.Page) with
        {
            Dispatched = dispatched,
            Sent = new SentRequest(call.Method.Method, call.Url, call.ContentType, call.Body, (call.ShowToken || call.TokenHeader is not null) && state.BearerToken is { Length: > 0 }),
            Redirects = observed.Redirects.ToImmutable(),
            Extracted = observed.Extracted.ToImmutable(),
            Carried = observed.Carried,
        };
        if (observed.Page is { } page)
        {
            // It was told: what the session keeps of a page is where it leads.
            page.Text = "";
        }
        return result;
    }

    /// <summary>Sends one request outside the session's actions: its credentials are shown, its answer is not observed, and a redirect is the answer.</summary>
    public async ValueTask<TargetExchange> ReadAsync(TargetCall call, SessionState state, CancellationToken cancellationToken) =>
        await transport.SendAsync(ToRequest(call, state, observed: null), cancellationToken) with { Url = call.Url };

    private async ValueTask<TargetExchange> FollowAsync(TargetCall call, SessionState state, Observed observed, CancellationToken cancellationToken)
    {
        var timing = default(TargetTiming);
        for (var hop = 0; ; hop++)
        {
            var exchange = await transport.SendAsync(ToRequest(call, state, observed), cancellationToken);
            timing = hop == 0 ? exchange.Timing : Sum(timing, exchange.Timing);
            exchange = exchange with { Timing = timing, Url = call.Url };
            var following = Next(call, in exchange);
            observed.Take(in exchange, call, state, following is null ? HtmlPage.Of(in exchange, targetUrl) : null);
            if (following is not { } next)
            {
                return exchange;
            }
            if (hop == MaxRedirects)
            {
                return exchange with { ErrorType = TargetErrors.Protocol, ErrorMessage = $"more than {MaxRedirects} redirects, the last to {next.Url}" };
            }
            observed.Redirects.Add(exchange);
            call = next;
        }
    }

    private TargetRequest ToRequest(TargetCall call, SessionState state, Observed? observed)
    {
        var headers = new List<KeyValuePair<string, string>>(call.Headers);
        if (!Has(headers, "Accept"))
        {
            headers.Add(new("Accept", "application/json, text/html;q=0.8, */*;q=0.5"));
        }
        if (!Has(headers, "User-Agent"))
        {
            headers.Add(new("User-Agent", "ApeTest"));
        }
        if (Cookies(call, state) is { Length: > 0 } cookies)
        {
            headers.RemoveAll(static header => header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase));
            headers.Add(new("Cookie", cookies));
        }
        if (call.ShowToken && state.BearerToken is { Length: > 0 } token && !Has(headers, "Authorization"))
        {
            headers.Add(new("Authorization", $"Bearer {token}"));
        }
        if (call.TokenHeader is { } header && state.BearerToken is { Length: > 0 } key && configured?.Contains(header) != true && !Has(headers, header))
        {
            headers.Add(new(header, key));
        }
        if (observed is not null && call.CarryCsrf && IsChange(call.Method))
        {
            AddCsrf(headers, call, state, observed);
        }
        return new TargetRequest
        {
            Method = call.Method,
            Url = call.Url,
            Target = target,
            Operation = call.Operation,
            Destructive = call.Destructive,
            ShownPath = SecretFiller.RedactPath(call.Url, state.Secrets),
            Headers = headers,
            HasAuthorization = Has(headers, "Authorization"),
            Body = call.Body,
            ContentType = call.ContentType,
            Identity = state.Identity,
            Trace = TraceOf(state),
        };
    }

    private void AddCsrf(List<KeyValuePair<string, string>> headers, TargetCall call, SessionState state, Observed observed)
    {
        foreach (var token in CsrfState.For(state, call.Url))
        {
            // An operation that declares its header wants one value, wherever that is from.
            var name = call.CsrfHeader ?? token.Header;
            if (!Has(headers, name) && configured?.Contains(name) != true && HttpText.IsFieldValue(token.Value))
            {
                headers.Add(new(name, token.Value));
                observed.Carry($"header:{name}", RedactedText.From(token.Source));
            }
        }
    }

    /// <summary>Whether frameworks ask for a value against forgery: what is safe changes nothing (RFC 9110, section 9.2.1).</summary>
    private static bool IsChange(HttpMethod method) =>
        method != HttpMethod.Get && method != HttpMethod.Head && method != HttpMethod.Options && method != HttpMethod.Trace;

    private static string Cookies(TargetCall call, SessionState state)
    {
        var jar = state.CookieHeader(call.Url);
        var own = call.Cookies.ConvertAll(static cookie => $"{cookie.Key}={cookie.Value}");
        foreach (var header in call.Headers.FindAll(static header => header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)))
        {
            own.AddRange(header.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        if (own.Count == 0)
        {
            return jar;
        }
        var names = own.ConvertAll(CookieName);
        var kept = jar.Split("; ", StringSplitOptions.RemoveEmptyEntries).Where(pair => !names.Contains(CookieName(pair)));
        return string.Join("; ", kept.Concat(own));
    }

    private static string CookieName(string pair) => pair.IndexOf('=') is var equals and >= 0 ? pair[..equals].TrimEnd() : pair;

    /// <summary>The action's own span where the caller has started one in this trace; a new span id of the session's trace otherwise.</summary>
    private static ActivityContext TraceOf(SessionState state) =>
        Activity.Current is { } activity && activity.TraceId == state.Trace.TraceId ? activity.Context : TraceHeaders.Child(state.Trace);

    /// <summary>The call that a redirect asks for (RFC 9110, section 15.4); null where there is none.</summary>
    private static TargetCall? Next(TargetCall call, in TargetExchange exchange)
    {
        if (exchange.ErrorType is not null || exchange.Status is not (301 or 302 or 303 or 307 or 308)
            || exchange.Header("Location") is not { Length: > 0 } location || !Uri.TryCreate(call.Url, location, out var url))
        {
            return null;
        }
        var isRead = call.Method == HttpMethod.Get || call.Method == HttpMethod.Head;
        var sameOrigin = url.Scheme == call.Url.Scheme && url.Authority == call.Url.Authority;
        var headers = sameOrigin
            ? call.Headers
            : call.Headers.FindAll(static header => !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase));
        // Browsers turn 301 and 302 of a POST into GET too; only 307 and 308 keep method and body.
        var next = exchange.Status is 307 or 308 || isRead ? call : new TargetCall(HttpMethod.Get, url) { Operation = call.Operation };
        return next with
        {
            Url = url,
            Headers = headers,
            Cookies = sameOrigin ? call.Cookies : [],
            ShowToken = call.ShowToken && sameOrigin,
            TokenHeader = sameOrigin ? call.TokenHeader : null,
            CarryCsrf = call.CarryCsrf && sameOrigin,
        };
    }

    private static TargetTiming Sum(in TargetTiming left, in TargetTiming right) => new(
        left.Gateway + right.Gateway,
        left.Target + right.Target,
        left.Total + right.Ttfb,
        left.Retries + right.Retries,
        left.Fault is "none" or null ? right.Fault : left.Fault) { Revision = right.Revision };

    private static bool Has(List<KeyValuePair<string, string>> headers, string name) =>
        headers.Exists(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What an action's answers gave the session, and what its requests carried.</summary>
    private sealed class Observed(Dictionary<string, string>? carried)
    {
        public ImmutableArray<TargetExchange>.Builder Redirects { get; } = ImmutableArray.CreateBuilder<TargetExchange>();

        public ImmutableSortedDictionary<string, string>.Builder Extracted { get; } = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

        public ImmutableSortedDictionary<string, string> Carried { get; private set; } = carried is null
            ? ImmutableSortedDictionary<string, string>.Empty
            : carried.ToImmutableSortedDictionary(StringComparer.Ordinal);

        /// <summary>The page that the last answer holds; null for none.</summary>
        public HtmlPage? Page { get; private set; }

        public void Carry(string what, string from) => Carried = Carried.SetItem(what, from);

        public void Take(in TargetExchange exchange, TargetCall call, SessionState state, HtmlPage? page)
        {
            Page = page;
            foreach (var (name, value) in state.Observe(in exchange, call.Method, call.Operation, page))
            {
                Extracted[name] = value;
            }
        }
    }
}
