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
    private const string Key = "k3y/With+Odd&Signs='x'_0123456789?>?";

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

    [Theory]
    [InlineData("bad key Zq93kfLmX71pWw4T")] // without its prefix
    [InlineData("bad key Zq93kfLmX71p... is unknown")]
    [InlineData("""[{"msg":"bad \u0063\u0073\u006b\u002d\u005a\u0071\u0039\u0033\u006b\u0066\u004c\u006d\u0058\u0037\u0031\u0070\u0057\u0077\u0034\u0054"}]""")]
    [InlineData("""bad \\u0063\\u0073k\\u002dZq93kfLmX71pWw4T""")]
    [InlineData("bad csk-Zq93\nkfLmX71p\nWw4T")]
    [InlineData("""bad csk-Zq93\nkfLmX71p\nWw4T""")]
    [InlineData("bad csk-Zq93kfLm...X71pWw4T")]
    [InlineData("bad c s k - Z q 9 3 k f L m X 7 1 p W w 4 T")]
    [InlineData("bad csk\u2011Zq93kfLmX71pWw4T")]
    [InlineData("bad csk-Zq\u200b93kf\u00adLmX71pWw4T")]
    [InlineData("bad \uff43\uff53\uff4b-\uff3aq93kfLmX71pWw4T")]
    [InlineData("bad %63%73%6b%2d%5a%71%39%33%6b%66%4c%6d%58%37%31%70%57%77%34%54")]
    [InlineData("bad %2563%2573%256b%252d%255aq93kfLmX71pWw4T")]
    [InlineData("bad &#99;&#115;&#107;&#45;&#90;&#113;&#57;&#51;&#107;&#102;&#76;&#109;&#88;&#55;&#49;&#112;&#87;&#119;&#52;&#84;")]
    [InlineData("bad &#x63;&#x73;&#x6b;&#x2d;&#x5a;&amp;#113;93kfLm&shy;X71pWw4T")]
    [InlineData("bad 63736b2d5a7139336b664c6d5837317057773454")]
    [InlineData("bad 63:73:6B:2D:5A:71:39:33:6B:66:4C:6D:58:37:31:70:57:77:34:54")]
    [InlineData("bad 0x63, 0x73, 0x6b, 0x2d, 0x5a, 0x71, 0x39, 0x33, 0x6b, 0x66, 0x4c, 0x6d, 0x58, 0x37, 0x31, 0x70")]
    [InlineData("bad [99,115,107,45,90,113,57,51,107,102,76,109,88,55,49,112,87,119,52,84]")]
    [InlineData("bad Y3NrLVpxOTNrZkxt\r\nWDcxcFd3NFQ=")]
    [InlineData("csk-Zq93kfLmX71pWw4T, that is Zq93kfLm X71pWw4T or csk-Zq93")]
    public void Redact_KeySplitOrEscaped_NoPartOfItIsLeft(string text)
    {
        var told = new Redactor("csk-Zq93kfLmX71pWw4T").Redact(text);
        Assert.Contains(Redactor.Mask, told, StringComparison.Ordinal);
        var bare = BareText.Of(told);
        Assert.All((string[])["zq93", "kflm", "x71p", "ww4t", "5a71", "6b66", "5837", "9011", "8855", "vpxo", "nrzk", "cxcf"], part => Assert.DoesNotContain(part, bare, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bad &#99;&#115;&#107;-Zq93kfLmX71pWw4&#84; given", "bad [redacted] given")]
    [InlineData("bad csk-Zq93 kfLmX71pWw4T, given twice: csk-Zq93kfLmX71pWw4T", "bad [redacted], given twice: [redacted]")]
    [InlineData("bad csk-Zq93kfLm, given", "bad [redacted], given")]
    [InlineData("bad csk-Zq93kfLm, which ends in X71pWw4T", "[redacted]")]
    public void Redact_Hit_MasksTheKeyAndAllWhereMoreOfItIsLeft(string text, string told) => Assert.Equal(told, new Redactor("csk-Zq93kfLmX71pWw4T").Redact(text));

    [Theory]
    [InlineData("key", "no KEY here", "no [redacted] here")]
    [InlineData("k", "ok", "o[redacted]")]
    [InlineData("not-needed", "no key is not needed", "no key is not needed")]
    [InlineData("abc%41def-ghi_jkl", "bad abc%41def-ghi_jkl given", "bad [redacted] given")]
    [InlineData(null, "100 % \\ & %zz &#; &#xffffffff; \\u12", "100 % \\ & %zz &#; &#xffffffff; \\u12")]
    [InlineData("csk-Zq93kfLmX71pWw4T", "100 % \\ & %zz &#; &#xffffffff; \\u12", "100 % \\ & %zz &#; &#xffffffff; \\u12")]
    public void Redact_OtherKeysAndTexts_AreLeftAsTheyAre(string? key, string text, string told) => Assert.Equal(told, new Redactor(key).Redact(text));

    [Fact]
    public void Redact_LongRunsOfEscapes_TakesLinearTime()
    {
        var text = new string('\\', 4_000_000) + string.Concat(Enumerable.Repeat("%25&amp;", 200_000));
        Assert.Equal(text, new Redactor("csk-Zq93kfLmX71pWw4T").Redact(text)); // quadratic, it would not end
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
