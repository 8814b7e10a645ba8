using System.Globalization;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>
/// <c>page_submit</c>: fills in a form of the page that the session is on and sends it as a browser does: what is not given keeps the
/// page's value, hidden fields and values against forgery included.
/// </summary>
internal sealed class PageSubmitTool(Uri targetUrl, TargetCaller caller) : ITool
{
    /// <summary>Name.</summary>
    public const string Name = "page_submit";

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {
          "fields": {"type": "object", "description": "Field name -> value. A check box takes true, false or its value; several values are a list; a file is {filename, contentType, text | base64}. Hidden fields need not be given."},
          "form": {"type": ["integer", "string"], "description": "Which form of the page, where the fields do not tell: its number from 1, its id or its action."},
          "button": {"type": "string", "description": "Button to press: its name, value or text. Left out: the first."}},
         "additionalProperties": false}
        """).RootElement.Clone();

    private static readonly SchemaChecker Checker = SchemaChecker.Compile(Schema);

    /// <inheritdoc/>
    public ToolSpec Spec { get; } = new(Name, "Fills in and submits a form of the last HTML page that was answered, by the names of its fields.", Schema, IsAction: true);

    /// <inheritdoc/>
    public async ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        var arguments = SecretFiller.Fill(call, state);
        if (ArgumentCheck.Errors(Checker, arguments) is { } errors)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, errors, state);
        }
        if (state.Page is not { } page)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, PageCall.NoPage, state);
        }
        var fields = arguments.TryGetProperty("fields", out var given) ? given : ArgumentCheck.Empty;
        var request = FormChoice.Find(page, arguments, fields, out var error) is { } form ? Request(page, form, arguments, fields, out error) : null;
        return request is null
            ? ActionResults.Rejected(ActionResults.InvalidArguments, error!, state)
            : await caller.CallAsync(request, state, cancellationToken);
    }

    private TargetCall? Request(HtmlPage page, HtmlForm form, JsonElement arguments, JsonElement fields, out string? error)
    {
        // 1. Which button is pressed: its own address, method and encoding come before the form's.
        if (!FormChoice.TryButton(form, arguments, fields, out var button, out error))
        {
            return null;
        }
        var method = button?.Method ?? form.Method;
        var action = button?.Action ?? form.Action;
        if (method == "DIALOG" || action.Length == 0)
        {
            error = "$.form: the form sends no request; it is the page's script that it is for";
            return null;
        }
        if (TargetReference.Read(action, targetUrl, out var reason) is not { } url)
        {
            error = $"$.form: its address {action} {reason}";
            return null;
        }
        // 2. What is sent for its fields.
        var entries = new FormEntries(form, button);
        if (!entries.TryFill(fields, out error))
        {
            return null;
        }
        // 3. How it travels.
        if (method == "GET")
        {
            return PageCall.Of(HttpMethod.Get, new UriBuilder(url) { Query = Encoded(entries.Pairs), Fragment = "" }.Uri, Name, page, targetUrl) with { Carried = entries.Carried };
        }
        if (Body(button?.Encoding ?? form.Encoding, entries, out error) is not { } body)
        {
            return null;
        }
        return PageCall.Of(HttpMethod.Post, url, Name, page, targetUrl) with { Body = body.Content, ContentType = body.ContentType, Carried = entries.Carried };
    }

    private static BodyContent? Body(string? encoding, FormEntries entries, out string? error)
    {
        error = null;
        switch (encoding)
        {
            case "multipart/form-data":
                var multipart = new MultipartWriter(encoding);
                foreach (var (name, value, isFile) in entries.Pairs)
                {
                    if (!multipart.TryAdd(name, value, isFile ? new FormField(IsFile: true, null, null, false) : null, $"$.fields.{name}", out error))
                    {
                        return null;
                    }
                }
                return multipart.Finish();
            case "text/plain":
                var text = string.Concat(entries.Pairs.Select(static pair => $"{pair.Name}={FormEntries.Text(pair.Value)}\r\n"));
                return new BodyContent(Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");
            default:
                return new BodyContent(Encoding.UTF8.GetBytes(Encoded(entries.Pairs)), "application/x-www-form-urlencoded");
        }
    }

    /// <summary>Pairs as in a query (https://url.spec.whatwg.org/#application/x-www-form-urlencoded); of a file only its name.</summary>
    private static string Encoded(IEnumerable<(string Name, JsonElement Value, bool IsFile)> pairs) =>
        string.Join('&', pairs.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{Escape(pair.Name)}={Escape(FormEntries.Text(pair.Value))}")));

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
