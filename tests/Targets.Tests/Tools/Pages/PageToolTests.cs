using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Tools.Pages;

public sealed class PageToolTests : IAsyncLifetime
{
    private TestTarget _target = null!;
    private SocketsTransport _transport = null!;
    private ToolSet _tools = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _target = await TestTarget.StartAsync(PageSite.HandleAsync);
        _transport = Some.Transport(_target.Url);
        _tools = ToolCatalog.Generic(_target.Url).CreateTools(_transport, "shop", TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _target.DisposeAsync();
    }

    private async Task<(string Text, ActionResult Result)> CallAsync(SessionState state, string tool, string arguments)
    {
        var result = await _tools.InvokeAsync(Some.Call(tool, arguments), state, Cancellation);
        var observation = Some.Json(result.Observation);
        var text = observation.TryGetProperty("error", out var error) ? error.GetProperty("message").GetString()!
            : observation.TryGetProperty("body", out var body) ? body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetProperty("title").GetString()!
            : "";
        return (text, result);
    }

    [Fact]
    public async Task InvokeAsync_LogInByPages_CarriesCookieAndHiddenValue()
    {
        var state = Some.Session();
        state.Secrets["user.password"] = "pw";

        await CallAsync(state, "http_get", """{"path":"/"}""");
        await CallAsync(state, "page_follow", """{"link":"log in"}""");
        var wrong = await CallAsync(state, "page_submit", """{"fields":{"user":"ann","password":"guess"}}""");
        var (title, result) = await CallAsync(state, "page_submit", """{"fields":{"user":"ann","password":"{{user.password}}"}}""");

        Assert.Equal(200, wrong.Result.Status);
        Assert.Equal("Account of ann", title);
        Assert.Equal("hidden field of the page [redacted]", result.Carried["field:_csrf"]);
        Assert.Equal(302, Assert.Single(result.Redirects).Status);
    }

    [Fact]
    public async Task InvokeAsync_TwoSessions_AreOnTheirOwnPages()
    {
        var (one, other) = (Some.Session(), Some.Session());
        await CallAsync(one, "http_get", """{"path":"/login"}""");
        await CallAsync(other, "http_get", """{"path":"/login"}""");

        var (first, _) = await CallAsync(one, "page_submit", """{"fields":{"user":"ann","password":"pw"}}""");
        var (second, _) = await CallAsync(other, "page_submit", """{"fields":{"user":"bob","password":"pw"}}""");
        var (none, result) = await CallAsync(Some.Session(), "page_submit", """{"fields":{"user":"eve","password":"pw"}}""");

        Assert.Equal(("Account of ann", "Account of bob"), (first, second));
        Assert.Equal(ActionOutcome.Rejected, result.Outcome);
        Assert.StartsWith("$: the session is on no page yet", none, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "POST  token=h&1|text=old|note=one\r\ntwo|agree=0|tag=a|size=s|colour=r|extras=x|extras=z|do=save")]
    [InlineData("""{"text":"a b&c=d","note":"x"}""", "POST  token=h&1|text=a b&c=d|note=x|agree=0|tag=a|size=s|colour=r|extras=x|extras=z|do=save")]
    [InlineData("""{"agree":true,"tag":["b"],"size":"l","colour":"g","extras":["y"],"later":"mon"}""", "POST  token=h&1|text=old|note=one\r\ntwo|agree=0|agree=1|tag=b|size=l|colour=g|extras=y|later=mon|do=save")]
    [InlineData("""{"agree":"1","tag":false,"text":null,"token":"mine","text":7}""", "POST  token=mine|text=7|note=one\r\ntwo|agree=0|agree=1|size=s|colour=r|extras=x|extras=z|do=save")]
    [InlineData("""{"do":"drop"}""", "POST ?dropped token=h&1|text=old|note=one\r\ntwo|agree=0|tag=a|size=s|colour=r|extras=x|extras=z|do=drop")]
    public async Task InvokeAsync_Submit_SendsWhatABrowserWould(string fields, string expected)
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/kinds"}""");

        var (text, _) = await CallAsync(state, "page_submit", $$"""{"fields":{{fields}}}""");

        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("""{"fields":{"nope":1}}""", "$.fields: no form of the page /kinds has the fields nope; it has: 1 POST /echo (text, note, agree, tag, size, colour, extras, later, script, do)")]
    [InlineData("""{"form":1,"fields":{"off":1}}""", "$.fields.off: the form has no such field")]
    [InlineData("""{"fields":{"size":"xl"}}""", "$.fields.size: 'xl' is none of its values: s, l")]
    [InlineData("""{"fields":{"colour":["r","g"]}}""", "$.fields.colour: takes one value")]
    [InlineData("""{"fields":{"tag":true}}""", "$.fields.tag: several check boxes have this name")]
    [InlineData("""{"fields":{"agree":"maybe"}}""", "$.fields.agree: 'maybe' is none of its values: 1")]
    [InlineData("""{"fields":{"text":{"a":1}}}""", "$.fields.text: must be text")]
    [InlineData("""{"form":3}""", "$.form: is none of the page's forms, or several: 1 POST /echo")]
    [InlineData("""{"button":"Buy"}""", "$.button: the form has no such button; it has: Save, Drop")]
    [InlineData("""{"fields":{"text":"\ud800"}}""", "$: a string holds an escape")]
    public async Task InvokeAsync_BadSubmit_IsRejectedInWords(string arguments, string expected)
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/kinds"}""");

        var (text, result) = await CallAsync(state, "page_submit", arguments);

        Assert.Equal(ActionOutcome.Rejected, result.Outcome);
        Assert.StartsWith(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_GetForm_ReplacesTheQuery()
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/"}""");

        var (text, _) = await CallAsync(state, "page_submit", """{"form":"search","fields":{"q":"ü &"}}""");

        Assert.Equal("GET ?q=%C3%BC+%26 ", text);
    }

    [Fact]
    public async Task InvokeAsync_Multipart_SendsFilesAndChecksRequired()
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/upload"}""");

        var (missing, _) = await CallAsync(state, "page_submit", "{}");
        var (text, _) = await CallAsync(state, "page_submit", """{"fields":{"title":"t","doc":{"filename":"a.txt","contentType":"text/plain","text":"abc"}}}""");

        Assert.Equal("$.fields.title: is required by the form", missing);
        Assert.Equal("POST  token=h1|title=t|doc:a.txt:text/plain:3", text);
    }

    [Theory]
    [InlineData("/kinds", null)]
    [InlineData("ALL KINDS", null)]
    [InlineData("kinds", null)]
    [InlineData("Details", "$.link: several links are called so; give the href of one: /a, /b")]
    [InlineData("/secret", "$.link: the page / has no such link; it has: Log in (/login), All kinds (/kinds)")]
    public async Task InvokeAsync_Follow_GoesWhereThePageLeads(string link, string? error)
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/"}""");

        var (text, result) = await CallAsync(state, "page_follow", $$"""{"link":"{{link}}"}""");

        Assert.Equal(error is null ? 200 : 0, result.Status);
        Assert.StartsWith(error ?? "", text, StringComparison.Ordinal);
        Assert.Equal(error is null ? "/kinds" : null, result.Exchange?.Url?.AbsolutePath);
    }

    [Fact]
    public async Task InvokeAsync_LinkToForeignHost_IsDenied()
    {
        var state = Some.Session();
        await CallAsync(state, "http_get", """{"path":"/"}""");

        var (_, result) = await CallAsync(state, "page_follow", """{"link":"Elsewhere"}""");

        Assert.Equal(TargetErrors.Denied, result.ErrorType);
    }

    [Fact]
    public void Observe_HugeSavedState_IsCarriedOrRefused()
    {
        static ActionResult Submit(int length)
        {
            var page = $"<form method=post action=/save><input type=hidden name=__VIEWSTATE value={new string('v', length)}></form>";
            var transport = new FakeTransport(Some.Exchange(200, page, "text/html"), Some.Exchange(200, "", "text/plain"));
            var tools = ToolCatalog.Generic(new Uri("http://127.0.0.1:5080")).CreateTools(transport, "shop", TimeProvider.System);
            var state = Some.Session();
            Assert.True(tools.InvokeAsync(Some.Call("http_get", """{"path":"/"}"""), state, Cancellation).AsTask().IsCompletedSuccessfully);
            var result = tools.InvokeAsync(Some.Call("page_submit", "{}"), state, Cancellation).AsTask();
            Assert.True(result.IsCompletedSuccessfully);
            Assert.Equal(result.Result.Outcome is ActionOutcome.Ok ? length + "__VIEWSTATE=".Length : 0, transport.Requests[^1].Body.Length);
            return result.Result;
        }

        Assert.Equal(ActionOutcome.Ok, Submit(30_000).Outcome);
        Assert.Contains("too long to be kept", Submit(40_000).Observation, StringComparison.Ordinal);
    }
}
