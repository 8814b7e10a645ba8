namespace ApeTest.Targets.Sessions.Csrf;

/// <summary>Names by which frameworks call a value against forgery, and the header that each of them expects it in.</summary>
internal static class CsrfNames
{
    private const string Usual = "X-CSRF-Token";

    /// <summary>Ends of names that hold the name of a header or field, not the value.</summary>
    private static readonly string[] NotValues = ["header", "headername", "param", "parameter", "parametername", "field", "fieldname"];

    /// <summary>Whether it is the name of a value anywhere: <c>csrf-token</c>, <c>_csrf</c>, <c>XSRF-TOKEN</c>, <c>csrfmiddlewaretoken</c>.</summary>
    public static bool IsValue(string name) => name.Length <= 64 && !IsHeaderName(name)
        && (Contains(name, "csrf") || Contains(name, "xsrf") || Contains(name, "RequestVerificationToken") || Contains(name, "antiforgery"))
        && !Array.Exists(NotValues, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is one where it names a field of a form: <c>authenticity_token</c> (Rails), <c>_token</c> (Laravel) too.</summary>
    public static bool IsField(string name) => name is "authenticity_token" or "_token" || IsValue(name);

    /// <summary>Whether what stands under the name is the name of the header to use (Spring: <c>_csrf_header</c>).</summary>
    public static bool IsHeaderName(string name) => (Contains(name, "csrf") || Contains(name, "xsrf"))
        && (name.EndsWith("header", StringComparison.OrdinalIgnoreCase) || name.EndsWith("headerName", StringComparison.OrdinalIgnoreCase));

    /// <summary>Header that a page's script sends the value in: that of Django, ASP.NET Core, Tornado, Angular; Rails, Laravel, Express and Spring share one.</summary>
    public static string HeaderOf(string name) =>
        Contains(name, "csrfmiddlewaretoken") || name == "csrftoken" ? "X-CSRFToken"
        : Contains(name, "RequestVerificationToken") ? "RequestVerificationToken"
        : name == "_xsrf" ? "X-XSRFToken"
        : Contains(name, "xsrf") ? "X-XSRF-TOKEN"
        : Usual;

    /// <summary>The name of a cookie without the prefix that says how it was set.</summary>
    public static string OfCookie(string name) => name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) ? name["__Host-".Length..]
        : name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) ? name["__Secure-".Length..]
        : name;

    private static bool Contains(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
