using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Models;
using ApeTest.LlmProxy.Tests.Upstream;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.LlmProxy.Tests.Providers;

/// <summary>A provider's key shows nowhere, however the provider spells it.</summary>
public sealed class RedactionTests
{
    private const string Key = "k3y/With+Odd&Signs='x'_0123456789";

    public static TheoryData<string> Spellings =>
    [
        Key,
        Key.ToUpperInvariant(),
        Key[..20],
        Uri.EscapeDataString(Key),
        Uri.EscapeDataString(Key).ToLowerInvariant(),
        JsonEncodedText.Encode(Key).ToString(),
        Key.Replace("/", "\\/", StringComparison.Ordinal),
        WebUtility.HtmlEncode(Key),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + Key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Key + "\n")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)).Replace('+', '-').Replace('/', '_').TrimEnd('='),
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Redact_EachSpelling_IsMaskedAndTheRestStays(string spelling)
    {
        var text = new Redactor(Key).Redact($"bad key <{spelling}> given");
        Assert.StartsWith("bad key <", text, StringComparison.Ordinal);
        Assert.EndsWith("> given", text, StringComparison.Ordinal);
        Assert.Contains(Redactor.Mask, text, StringComparison.Ordinal);
        Assert.DoesNotContain(spelling[4..14], text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Redact_TextWithoutKey_IsTheSame() =>
        Assert.Equal("k3y is not the key, nor is With+Odd", new Redactor(Key).Redact("k3y is not the key, nor is With+Odd"));

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task Provider_EchoesItsKeyEverywhere_NobodySeesIt(string spelling)
    {
        await using var server = await FakeProvider.StartAsync();
        var asJson = JsonSerializer.Serialize("no: " + spelling);
        var error = $$$"""{"error":{"message":{{{asJson}}},"type":{{{asJson}}},"param":{{{asJson}}},"code":{{{asJson}}}}}""";
        server.OnChat(Echo(spelling, FakeProvider.Json(error, 401)), Echo(spelling, FakeProvider.Stream(error)), Echo(spelling, FakeProvider.Json(spelling, 400)), Echo(spelling, FakeProvider.Json(error)));
        server.Answers["GET /v1/models"] = FakeProvider.Json($$"""{"data":[{"id":{{asJson}}},{"id":"good"}]}""");
        await using var proxy = await ProxyHost.StartAsync(server.Options("own", options => options.Providers["own"].Key = Key));
        var seen = new StringBuilder();
        foreach (var stream in (bool[])[true, true, false, false])
        {
            var (response, body) = await proxy.ReadAsync(ProxyHost.Chat(stream, model: "own/m"));
            Assert.True((int)response.StatusCode >= 400);
            seen.Append(response.Headers).Append(body);
        }

        Assert.Equal(4, server.Chats.Count(request => request.Headers["Authorization"] == "Bearer " + Key));
        var models = await proxy.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken);
        Assert.Contains("own/good", models, StringComparison.Ordinal);
        seen.Append(models);
        server.Answers["GET /v1/models"] = FakeProvider.Json(error, 403);
        var readiness = await proxy.Services.GetRequiredService<ILlmReadiness>().CheckAsync("own/m", TestContext.Current.CancellationToken);
        Assert.Equal(LlmReadinessStatus.InvalidKey, readiness.Status);
        seen.Append(readiness.Message).AppendJoin('\n', proxy.Logs.Lines.Select(line => line.Text));

        // Escapes of JSON aside.
        var text = seen.ToString();
        foreach (var shown in (string[])[text, Unescaped(text)])
        {
            Assert.DoesNotContain(spelling[4..14], shown, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Key[..8], shown, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static string Unescaped(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\\u([0-9A-Fa-f]{4})",
        match => ((char)Convert.ToInt32(match.Groups[1].Value, 16)).ToString());

    private static Func<HttpContext, Task> Echo(string spelling, Func<HttpContext, Task> answer) => context =>
    {
        context.Response.Headers["x-request-id"] = "for " + spelling;
        context.Response.Headers["openai-organization"] = spelling;
        context.Response.Headers["authorization-was"] = spelling;
        return answer(context);
    };
}
