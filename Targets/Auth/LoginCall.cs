using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Auth;

/// <summary>The login call of one target, compiled: makes its request, and finds the token or the cookie in its answer.</summary>
internal sealed class LoginCall
{
    /// <summary>Name under which the rules (<c>deny</c>, <c>allow</c>, faults) know the login call.</summary>
    public const string Operation = "_login";

    /// <summary>Most bytes of an answer that are looked at.</summary>
    private const int MaxAnswer = 256 * 1024;

    private readonly HttpMethod _method;
    private readonly Uri _url;
    private readonly byte[] _body;
    private readonly string? _contentType;
    private readonly List<KeyValuePair<string, string>> _headers;
    private readonly JsonPath? _token;
    private readonly string? _cookie;
    private readonly string _scheme;
    private readonly string _shown;

    /// <summary>Compiles valid options.</summary>
    public LoginCall(LoginOptions options, Uri target)
    {
        _method = HttpMethod.Parse(options.Method);
        _url = new Uri(target.AbsoluteUri.TrimEnd('/') + options.Path);
        (_body, _contentType) = options.Json is { } json
            ? (Encoding.UTF8.GetBytes(json.GetRawText()), "application/json")
            : options.Form.Count > 0 ? (FormOf(options.Form), "application/x-www-form-urlencoded") : ([], null);
        _headers = [.. options.Headers];
        _cookie = options.Cookie;
        _token = _cookie is null ? JsonPath.Parse(options.Token ?? "$") : null;
        _scheme = options.Scheme ?? (options.Header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? "Bearer" : "");
        // A query may hold a secret.
        _shown = $"{_method} {_url.AbsolutePath}";
    }

    /// <summary>The request, in the trace of the one that needs it.</summary>
    public TargetRequest Request(string target, in ActivityContext trace, in ActionIdentity identity) => new()
    {
        Method = _method,
        Url = _url,
        Target = target,
        Operation = Operation,
        Headers = _headers.Count == 0 ? null : _headers,
        HasAuthorization = _headers.Exists(static header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)),
        Body = _body,
        ContentType = _contentType,
        Identity = identity,
        Trace = TraceHeaders.Child(in trace),
    };

    /// <summary>What the answer yields. Nothing of the answer's body is ever told.</summary>
    public async Task<LoginResult> ReadAsync(HttpResponseMessage response, string target, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status >= 400)
        {
            return Failed(target, $"answered {status}");
        }
        if (_cookie is not null)
        {
            return CookieOf(response, _cookie) is { Length: > 0 } cookie && IsShowable(cookie)
                ? new LoginResult(new LoginCredential(cookie), default)
                : Failed(target, $"answered {status} without a usable cookie");
        }
        var (body, _) = await ResponseReader.ReadBodyAsync(response.Content, MaxAnswer, whole: false, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!_token!.TryGet(document.RootElement, out var value) || value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            {
                return Failed(target, $"answered {status} without a token");
            }
            var token = value.ToString();
            return token.Length > 0 && IsShowable(token)
                ? new LoginResult(new LoginCredential(_scheme.Length == 0 ? token : $"{_scheme} {token}"), default)
                : Failed(target, $"answered {status} with a token that is empty or cannot stand in a header");
        }
        catch (JsonException)
        {
            return Failed(target, $"answered {status} with a body that is not JSON");
        }
    }

    /// <summary>A login that failed: 502 and <see cref="TargetErrors.Login"/> for all that need it.</summary>
    public LoginResult Failed(string target, string what) => new(null, Verdict.Deny(
        502,
        TargetErrors.Login,
        $"the login of target '{target}' failed: {_shown} {what}; looked for {(_cookie is null ? $"a token at {_token!.Text}" : $"the cookie '{_cookie}'")}; check `auth` of the target"));

    /// <summary>Value that the answer's <c>Set-Cookie</c> gives the cookie last (RFC 6265, section 4.1); null where it sets none.</summary>
    private static string? CookieOf(HttpResponseMessage response, string name)
    {
        string? found = null;
        if (response.Headers.NonValidated.TryGetValues("Set-Cookie", out var values))
        {
            foreach (var header in values)
            {
                var pair = header.AsSpan(0, header.IndexOf(';') is >= 0 and var end ? end : header.Length);
                if (pair.IndexOf('=') is >= 0 and var equals && pair[..equals].Trim().SequenceEqual(name))
                {
                    found = pair[(equals + 1)..].Trim().ToString();
                }
            }
        }
        return found;
    }

    /// <summary>Whether it can be sent in a header: what else a target answers could forge a second one.</summary>
    private static bool IsShowable(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static byte[] FormOf(IDictionary<string, string> form) => Encoding.UTF8.GetBytes(string.Join(
        '&', form.Select(static field => $"{Escape(field.Key)}={Escape(field.Value)}")));

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
