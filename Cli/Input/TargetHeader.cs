using System.Text;
using ApeTest.Cli.Errors;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Input;

/// <summary>A header for the target as <c>--header</c> or <c>--auth</c> gives it. What is wrong is told without the value: it may be a credential.</summary>
/// <param name="Name">Name of the header.</param>
/// <param name="Text">Its value as the loader reads it, to which <c>${VAR}</c> is a variable.</param>
internal sealed record TargetHeader(string Name, string Text)
{
    /// <summary>The flag of credentials.</summary>
    public const string AuthFlag = "--auth";

    private const string HeaderFlag = "--header";
    private const string Authorization = "Authorization";
    private static readonly string[] Schemes = ["bearer", "basic", "header"];

    /// <summary>Path of its field in a scenario.</summary>
    public string Path => $"target.headers[\"{Name}\"]";

    private static string Usage => $"Known are {string.Join(", ", Schemes)}: {AuthFlag} 'bearer:$TOKEN', 'basic:USER:$PASSWORD', 'header:X-Api-Key:$KEY'.";

    /// <summary>Reads <c>Name: value</c>. Otherwise <see cref="ApeTestException"/> (exit 2).</summary>
    public static TargetHeader Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            throw Wrong(HeaderFlag, "has no colon between name and value", "Write for example --header 'X-Tenant: 7'.");
        }
        var name = CheckName(HeaderFlag, text[..colon]);
        var value = text[(colon + 1)..].Trim();
        return new TargetHeader(name, Variable.Braced(CheckValue(HeaderFlag, name, value)));
    }

    /// <summary>Reads <c>bearer:TOKEN</c>, <c>basic:USER:PASSWORD</c> or <c>header:NAME:VALUE</c>. Otherwise <see cref="ApeTestException"/> (exit 2).</summary>
    public static TargetHeader ParseAuth(string text, IReadOnlyDictionary<string, string> variables)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            throw Wrong(AuthFlag, "names no scheme", Usage);
        }
        var rest = text[(colon + 1)..];
        switch (text[..colon].ToLowerInvariant())
        {
            case "bearer":
                return Literal(Authorization, $"Bearer {Credential(rest, "the token", variables)}");
            case "basic":
                var pair = Two(rest, "the password");
                var plain = $"{Credential(pair[0], "the user", variables)}:{Credential(pair[1], "the password", variables)}";
                return Literal(Authorization, $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(plain))}");
            case "header":
                var named = Two(rest, "the value");
                return Literal(CheckName(AuthFlag, named[0]), Credential(named[1].Trim(), "the value", variables));
            case var scheme:
                // Quoted only where it is a slip: without a scheme, what stands before the colon may be a secret.
                throw UnknownWord.Nearest(scheme, Schemes) is { } meant
                    ? Wrong(AuthFlag, $"has the unknown scheme '{scheme}'", $"Did you mean '{meant}'? {Usage}")
                    : Wrong(AuthFlag, "has an unknown scheme", Usage);
        }
    }

    private static TargetHeader Literal(string name, string value) =>
        new(name, CheckValue(AuthFlag, name, value).Replace("${", "$${", StringComparison.Ordinal));

    private static string[] Two(string text, string second) =>
        text.Split(':', 2) is { Length: 2 } two ? two : throw Wrong(AuthFlag, $"lacks {second}", Usage);

    private static string Credential(string text, string what, IReadOnlyDictionary<string, string> variables) =>
        Variable.Expand(AuthFlag, text, variables) is { Length: > 0 } value ? value : throw Wrong(AuthFlag, $"lacks {what}", Usage);

    private static string CheckName(string flag, string text)
    {
        var name = text.Trim();
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            ? name
            : throw Wrong(flag, name.Length == 0 ? "has no name before the colon" : "does not begin with the name of a header",
                "Write for example 'X-Tenant: 7': letters, digits and '-' before the colon.");
    }

    private static string CheckValue(string flag, string name, string value) =>
        value.Length == 0 ? throw Wrong(flag, $"gives {name} no value", $"Write for example --header '{name}: 7'.")
        : value.Any(c => char.IsControl(c) && c != '\t') ? throw Wrong(flag, $"gives {name} a value with a line break or another control character", "A header is one line.")
        : value;

    private static ApeTestException Wrong(string flag, string what, string hint) => new($"{flag} {what}", hint, ExitCodes.Input);
}
