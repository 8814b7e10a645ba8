using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Rules of URLs, hosts, headers and models.</summary>
internal static class NetworkRules
{
    private const string ModelExample = "cerebras/gpt-oss-120b, or builtin/planner, which needs no key";
    private static readonly string[] Providers = ["builtin", "cerebras", "ollama", "openai"];

    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "keep-alive", "expect",
        "traceparent", "tracestate", "baggage",
    };

    /// <summary>An absolute http or https URL without user, query or fragment.</summary>
    public static Rule<Uri> Url(string example)
    {
        var text = Rules.Text(example, 2048);
        return new Rule<Uri>(
            node => text.Read(node) is { Error: { } error } wrong ? Rules.Wrong<Uri>(error, wrong.Suggestion) : Parse(node.Text.Trim(), example),
            static url => url.OriginalString,
            IsText: true);
    }

    /// <summary>Path on the target, absolute URL or file.</summary>
    public static Rule<string> OpenApi { get; } = Rules.Text("/openapi/v1.json", 2048).Then(text =>
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return text;
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return Rules.Wrong<string>($"must be a path on the target, an http(s) URL or a file (got {Quote.Plain(text)})", "Use for example /openapi/v1.json.");
        }
        return url.UserInfo.Length == 0 ? text : UserInfo<string>();
    });

    /// <summary>Path on the target or absolute URL of a GraphQL endpoint.</summary>
    public static Rule<string> GraphQl { get; } = Rules.Text("/graphql", 2048).Then(text =>
        text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) ? text
        : !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            ? Rules.Wrong<string>($"must be a path on the target or an http(s) URL (got {Quote.Plain(text)})", "Use for example /graphql.")
        : url.UserInfo.Length == 0 ? text : UserInfo<string>());

    /// <summary><c>host</c> or <c>host:port</c>.</summary>
    public static Rule<string> Host { get; } = Rules.Text("cdn.example.com", 260).Then(text =>
        text.AsSpan().IndexOfAny("/@?#*\\ ") < 0 && Uri.TryCreate($"http://{text}", UriKind.Absolute, out var url) && url.HostNameType is not UriHostNameType.Unknown
            ? text
            : Rules.Wrong<string>($"must be a host or host:port (got {Quote.Plain(text)})", "Use for example cdn.example.com or 127.0.0.1:5081; no scheme, no path, no wildcard."));

    /// <summary><c>provider/model</c>.</summary>
    public static Rule<string> Model { get; } = Rules.Text(ModelExample, 200).Then(text =>
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == text.Length - 1 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return Rules.Wrong<string>($"must be provider/model (got {Quote.Plain(text)})", $"Use for example {ModelExample}.");
        }
        var provider = text[..slash];
        if (!Providers.Contains(provider, StringComparer.Ordinal))
        {
            return Rules.Wrong<string>($"unknown provider {Quote.Text(provider)}", Distances.Closest(provider, Providers) is { } close
                ? $"Did you mean `{close}`?"
                : $"Providers: {string.Join(", ", Providers)}; for another OpenAI-compatible server use openai/MODEL with llm.baseUrl.");
        }
        return provider != "builtin" || text == LlmSpec.BuiltInPlanner
            ? text
            : Rules.Wrong<string>($"unknown model {Quote.Text(text)}", $"The built-in provider has one: `{LlmSpec.BuiltInPlanner}`.");
    });

    /// <summary>What is wrong with a header's name; null for nothing.</summary>
    public static (string Error, string Suggestion)? HeaderName(string name)
    {
        if (name.Length is 0 or > 100 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
        {
            return ("is not a name of a header", "Use letters, digits and '-', for example X-Api-Key.");
        }
        return OwnHeaders.Contains(name) ? ("is set by ApeTest itself and cannot be given", "Remove it.") : null;
    }

    private static Checked<Uri> Parse(string text, string example)
    {
        if (text.Contains("${", StringComparison.Ordinal))
        {
            return Rules.Wrong<Uri>($"must be a URL (got {Quote.Plain(text)})", "${VAR} works in header values only; set the whole field by an APETEST_SCENARIO__... variable.");
        }
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            var guess = $"http://{text.TrimStart('/')}";
            return Rules.Wrong<Uri>($"must be an absolute http:// or https:// URL (got {Quote.Plain(text)})",
                Uri.TryCreate(guess, UriKind.Absolute, out _) && !text.StartsWith('/') ? $"Did you mean `{Quote.Plain(guess)}`?" : $"Use for example {example}.");
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return Rules.Wrong<Uri>($"is not a valid URL (got {Quote.Plain(text)})", $"Use for example {example}.");
        }
        if (url.UserInfo.Length > 0)
        {
            return UserInfo<Uri>();
        }
        if (url.Scheme is not ("http" or "https"))
        {
            return Rules.Wrong<Uri>($"must start with http:// or https:// (got {Quote.Plain(text)})", $"Use for example {example}.");
        }
        return url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : Rules.Wrong<Uri>($"must not have a query or fragment (got {Quote.Plain(text)})", $"Use for example {url.GetLeftPart(UriPartial.Path)}.");
    }

    // The text is not quoted: it holds a password.
    private static Checked<T> UserInfo<T>() =>
        Rules.Wrong<T>("must not hold a user name or password", "Remove what stands before the `@`; use `target.headers: { Authorization: \"Basic ${MY_AUTH}\" }`.");
}
