using System.Text;
using System.Text.Json;
using ApeTest.Targets.Tools;
using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.OpenApi;

/// <summary>What arrives at a real target when operations of the documents are called.</summary>
public sealed class WireTests : IAsyncLifetime
{
    private readonly List<Received> _received = [];
    private TestTarget _target = null!;
    private ApeTest.Targets.Http.SocketsTransport _transport = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _target = await TestTarget.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var form = new Dictionary<string, (string?, string?, byte[])>(StringComparer.Ordinal);
            if (context.Request.ContentType?.StartsWith("multipart/", StringComparison.Ordinal) == true)
            {
                body.Position = 0;
                context.Request.Body = body;
                foreach (var file in (await context.Request.ReadFormAsync(context.RequestAborted)).Files)
                {
                    using var content = new MemoryStream();
                    await file.CopyToAsync(content, context.RequestAborted);
                    form[$"{file.Name}{(form.ContainsKey(file.Name) ? "+" : "")}"] = (file.FileName, file.ContentType, content.ToArray());
                }
            }
            _received.Add(new Received(
                context.Request.Method,
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
                context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray(),
                form));
            context.Response.StatusCode = 204;
        });
        _transport = Some.Transport(_target.Url);
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _target.DisposeAsync();
    }

    [Theory]
    [InlineData("petstore.json", "findPetsByTags", """{"tags":["a b","c,d"]}""", "GET", "/api/v3/pet/findByTags?tags=a%20b,c%2Cd", null, "")]
    [InlineData("petstore.json", "updatePetWithForm", """{"petId":7,"name":"Rex & co"}""", "POST", "/api/v3/pet/7?name=Rex%20%26%20co", null, "")]
    [InlineData("petstore.json", "createUser", """{"username":"a","email":null}""", "POST", "/api/v3/user", "application/json", """{"username":"a","email":null}""")]
    [InlineData("petstore.json", "create_user_s__with_list", """{"body":[{"username":"a"}]}""", "POST", "/api/v3/user/createWithList", "application/json", """[{"username":"a"}]""")]
    [InlineData("petstore.json", "uploadFile", """{"petId":1,"body":{"base64":"AP8="}}""", "POST", "/api/v3/pet/1/uploadImage", "application/octet-stream", "\0\u00ff")]
    [InlineData("nested.yaml", "units_get", """{"unit-id":"ab-1","filter":{"name":"x","size":{"min":1}},"where":{"field":"a","is":true}}""", "GET", "/v2/units/ab-1?filter%5Bname%5D=x&filter%5Bsize%5D%5Bmin%5D=1&where=%7B%22field%22%3A%22a%22%2C%22is%22%3Atrue%7D", null, "")]
    [InlineData("nested.yaml", "members_list", """{"unit-id":"ab-1","roles":["admin","user"],"order":["a","b c"]}""", "GET", "/v2/units/ab-1/members?roles=admin%7Cuser&order=a%20b%20c", null, "")]
    [InlineData("nested.yaml", "units_put", """{"unit-id":"ab-1","name":"Ops","children":[{"name":"Sub"}]}""", "PUT", "/v2/units/ab-1", "application/json", """{"name":"Ops","children":[{"name":"Sub"}]}""")]
    [InlineData("nullable31.yaml", "linesOfNote", """{"id":5,"format":"json"}""", "GET", "/notes/;id=5/lines.json", null, "")]
    [InlineData("nullable31.yaml", "createNote", """{"text":null,"own":"kept","position":[1,2]}""", "POST", "/notes", "application/json", """{"text":null,"position":[1,2],"own":"kept"}""")]
    [InlineData("nullable31.yaml", "changeNote", """{"id":5,"text":"t"}""", "PATCH", "/notes/5", "application/merge-patch+json", """{"text":"t"}""")]
    [InlineData("forms.yaml", "login", """{"username":"a&b","password":"p w"}""", "POST", "/login", "application/x-www-form-urlencoded", "username=a%26b&password=p%20w")]
    [InlineData("forms.yaml", "charge", """{"amount":1,"expand":["x","y"],"metadata":{"k":"v"},"lines":[{"sku":"s"}],"body":{"address[city]":"Ulm"}}""", "POST", "/charges", "application/x-www-form-urlencoded", "amount=1&expand%5B0%5D=x&expand%5B1%5D=y&metadata%5Bk%5D=v&lines=%7B%22sku%22%3A%22s%22%7D&address%5Bcity%5D=Ulm")]
    [InlineData("forms.yaml", "tag", """{"repeated":["a","b"],"joined":["c","d"],"piped":["e","f"],"whole":{"a":1}}""", "POST", "/tags", "application/x-www-form-urlencoded; charset=utf-8", "repeated=a&repeated=b&joined=c,d&piped=e%7Cf&whole=%7B%22a%22%3A1%7D")]
    [InlineData("forms.yaml", "either", """{"body":{"phone":"1"}}""", "POST", "/either", "application/x-www-form-urlencoded", "phone=1")]
    [InlineData("files.yaml", "putBlob", """{"body":"as text"}""", "POST", "/blobs", "application/octet-stream", "as text")]
    [InlineData("files.yaml", "putImage", """{"body":{"base64":"AQI=","contentType":"image/png"}}""", "POST", "/images", "image/png", "\u0001\u0002")]
    [InlineData("files.yaml", "putDocument", """{"body":"<doc/>"}""", "POST", "/documents", "application/xml", "<doc/>")]
    [InlineData("files.yaml", "putText", """{"body":"q","request_body":"text"}""", "POST", "/texts?body=q", "text/plain", "text")]
    public async Task InvokeAsync_Operation_ArrivesAsDescribed(string document, string tool, string arguments, string method, string target, string? contentType, string body)
    {
        var result = await InvokeAsync(document, tool, arguments);

        Assert.Equal("""{"status":204}""", result.Observation);
        var received = Assert.Single(_received);
        Assert.Equal((method, target, contentType), (received.Method, received.Target, received.Headers.GetValueOrDefault("Content-Type")));
        Assert.Equal(body, Encoding.Latin1.GetString(received.Body));
    }

    [Fact]
    public async Task InvokeAsync_HeaderAndCookieParameters_ArriveInTheirPlace()
    {
        var state = Some.Session();
        state.Observe(Some.Exchange(200, headers: [("Set-Cookie", "sid=1; Path=/"), ("Set-Cookie", "tenant=old; Path=/")], url: new Uri(_target.Url, "/").AbsoluteUri));

        await InvokeAsync("nullable31.yaml", "listNotes", """{"X-Trace-Label":"l-1","tenant":"a b","page":2}""", state);

        var received = Assert.Single(_received);
        Assert.Equal(("/notes?page=2", "l-1", "sid=1; tenant=a%20b"), (received.Target, received.Headers["X-Trace-Label"], received.Headers["Cookie"]));
    }

    [Fact]
    public async Task InvokeAsync_MultipartFile_ArrivesWithNameAndType()
    {
        await InvokeAsync("files.yaml", "putAvatar", """{"user":"u","image":{"filename":"a \"b\".png","base64":"iVBORw=="},"caption":"é","crop":{"x":1}}""");

        var received = Assert.Single(_received);
        var (name, type, content) = received.Files["image"];
        Assert.Equal(("a %22b%22.png", "image/png"), (name, type));
        Assert.Equal([0x89, 0x50, 0x4e, 0x47], content);
        var body = Encoding.UTF8.GetString(received.Body);
        Assert.Contains("name=\"caption\"\r\n\r\né\r\n", body, StringComparison.Ordinal);
        Assert.Contains("name=\"crop\"\r\nContent-Type: application/json\r\n\r\n{\"x\":1}\r\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_SeveralFiles_AreSeveralParts()
    {
        await InvokeAsync("files.yaml", "upload_several", """{"files":["one",{"filename":"2.pdf","text":"two"}],"raw":{"base64":"UEs="},"ids":[1,2],"note":"{}"}""");

        var received = Assert.Single(_received);
        Assert.Equal(("files", "application/pdf", "one"), (received.Files["files"].Name, received.Files["files"].Type, Encoding.UTF8.GetString(received.Files["files"].Content)));
        Assert.Equal(("2.pdf", "two"), (received.Files["files+"].Name, Encoding.UTF8.GetString(received.Files["files+"].Content)));
        Assert.Equal(("application/zip", "PK"), (received.Files["raw"].Type, Encoding.UTF8.GetString(received.Files["raw"].Content)));
        Assert.Equal(2, Encoding.UTF8.GetString(received.Body).Split("name=\"ids\"").Length - 1);
    }

    [Theory]
    [InlineData("""{"user":"u","image":{"base64":"not base 64!"}}""", "$.image.base64: is not base 64")]
    [InlineData("""{"user":"u","image":{"text":"a","contentType":"image/png\r\nX-Evil: 1"}}""", "$.image.contentType: is not a media type")]
    [InlineData("""{"user":"u","image":{"filename":"a"}}""", "$.image")]
    [InlineData("""{"user":"u","image":{"text":"a","base64":"YQ=="}}""", "$.image")]
    [InlineData("""{"user":"u","image":5}""", "$.image")]
    public async Task InvokeAsync_BadFile_IsRefusedByPath(string arguments, string expected)
    {
        var result = await InvokeAsync("files.yaml", "putAvatar", arguments);

        Assert.Equal((ActionOutcome.Rejected, "invalid_arguments"), (result.Outcome, result.ErrorType));
        Assert.Contains(expected, result.Observation, StringComparison.Ordinal);
        Assert.Empty(_received);
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\"; filename=\"b")]
    [InlineData("a\0b\u007f")]
    public async Task InvokeAsync_HostileFilename_StaysWithinItsQuotes(string filename)
    {
        await InvokeAsync("files.yaml", "putAvatar", JsonSerializer.Serialize(new { user = "u", image = new { filename, text = "content" } }));

        var received = Assert.Single(_received);
        Assert.Equal("content", Encoding.UTF8.GetString(Assert.Single(received.Files).Value.Content));
        Assert.DoesNotContain("\r\nX-Evil", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
        Assert.DoesNotContain("filename=\"b", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
    }

    private ValueTask<ActionResult> InvokeAsync(string document, string tool, string arguments, ApeTest.Targets.Sessions.SessionState? state = null) =>
        TestDocuments.Import(document, _target.Url).CreateTools(_transport, "shop", TimeProvider.System).InvokeAsync(Some.Call(tool, arguments), state ?? Some.Session(), Cancellation);

    private sealed record Received(
        string Method, string Target, Dictionary<string, string> Headers, byte[] Body, Dictionary<string, (string? Name, string? Type, byte[] Content)> Files);
}
