using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools.Pages;

/// <summary><c>page_follow</c>: follows a link of the page that the session is on, as a click does.</summary>
internal sealed class PageFollowTool(Uri targetUrl, TargetCaller caller) : ITool
{
    /// <summary>Name.</summary>
    public const string Name = "page_follow";

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {"link": {"type": "string", "minLength": 1, "description": "Text or href of a link of the last page."}},
         "required": ["link"], "additionalProperties": false}
        """).RootElement.Clone();

    private static readonly SchemaChecker Checker = SchemaChecker.Compile(Schema);

    /// <inheritdoc/>
    public ToolSpec Spec { get; } = new(Name, "Follows a link of the last HTML page that was answered, and shows where it leads.", Schema, IsAction: true) { Method = "GET" };

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
        if (Find(page, arguments.GetProperty("link").GetString()!.Trim(), out var error) is not { } href)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, error!, state);
        }
        return TargetReference.Read(href, targetUrl, out error) is { } url
            ? await caller.CallAsync(PageCall.Of(HttpMethod.Get, url, Name, page, targetUrl), state, cancellationToken)
            : ActionResults.Rejected(ActionResults.InvalidArguments, $"$.link: its address {href} {error}", state);
    }

    /// <summary>Where the link leads: by its href, else by its text, else by a part of its text. Null with an error where none or several are meant.</summary>
    private static string? Find(HtmlPage page, string wanted, out string? error)
    {
        error = null;
        if (page.Links.Find(link => link.Href == wanted) is { } exact)
        {
            return exact.Href;
        }
        var meant = page.Links.FindAll(link => link.Text.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        meant = meant.Count > 0 ? meant : page.Links.FindAll(link => link.Text.Contains(wanted, StringComparison.OrdinalIgnoreCase));
        if (meant.Count > 0 && meant.TrueForAll(link => link.Href == meant[0].Href))
        {
            return meant[0].Href;
        }
        error = meant.Count > 0 ? $"$.link: several links are called so; give the href of one: {PageCall.List(meant.Select(static link => link.Href))}"
            : page.Links.Count == 0 ? $"$.link: the page {page.Url?.AbsolutePath} has no links"
            : $"$.link: the page {page.Url?.AbsolutePath} has no such link; it has: {PageCall.List(page.Links.Select(static link => $"{link.Text} ({link.Href})"))}";
        return null;
    }
}
