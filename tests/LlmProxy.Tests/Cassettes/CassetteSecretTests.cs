using System.Text;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class CassetteSecretTests : CassetteFixture
{
    private const string ClientKey = "client-key-0815-xyz";
    private const string Token = "tok3n-of-the-session";

    [Fact]
    public async Task Record_KeysEverywhere_NoneIsInTheFile()
    {
        string[] spellings =
        [
            ProviderKey, Uri.EscapeDataString(ProviderKey), ProviderKey.Replace("/", "\\/", StringComparison.Ordinal), Convert.ToBase64String(Encoding.UTF8.GetBytes(ProviderKey)),
            Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + ProviderKey)),
        ];
        Upstream.OnChat = context =>
        {
            context.Response.Headers["x-request-id"] = $"r-{ProviderKey}";
            var (first, rest) = (ProviderKey[..5], ProviderKey[5..]);
            return FakeChatServer.WriteAsync(context, [$": {ProviderKey}\n\n", .. spellings.Select(Events.Content), Events.Content(first), Events.Content(rest),
                Events.Content($"use {Token} and Bearer {ClientKey}"), Events.Finish, Events.Done]);
        };
        await using (var proxy = await StartAsync(CassetteMode.Record, change: options => options.Keys.Add(new ProxyKeyOptions { Key = ClientKey })))
        {
            var request = Ask($"my key is {ProviderKey}; Authorization: Bearer {Token}");
            request.Headers.Authorization = new("Bearer", ClientKey);
            Assert.Contains(Token, (await proxy.ReadAsync(request)).Body, StringComparison.Ordinal);
        }

        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.Equal(2, Lines().Length);
        Assert.All([.. spellings, Token, ClientKey, ProviderKey[5..]], secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("authorization\"", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Record_SecretsOfManyKindsInThePrompt_NoneIsInTheFile()
    {
        string[] secrets = ["Pa55 w,rd", "s3cretpin9", "Tr0ub4dor", "5ess10n1d", "AKIAIOSFODNN7EXAMPLE", "MIIEvQIBADAN", "hunter2!"];
        var content = $$"""
            {"pwd":"{{secrets[0]}}","credentials":"{{secrets[1]}}","db":"postgres://app:{{secrets[2]}}@db/shop","headers":{"set-cookie":["sid={{secrets[3]}}; Path=/"]},
            "aws":"{{secrets[4]}}","key":"-----BEGIN PRIVATE KEY-----\n{{secrets[5]}}\n-----END PRIVATE KEY-----"} PASSPHRASE={{secrets[6]}}
            """;
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content("you said " + string.Join(" and ", secrets[..5])), Events.Finish, Events.Done);
        var recorded = await RecordAsync(Ask(content));
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(recorded, await ReplayAsync(Ask(content)));
    }

    [Fact]
    public async Task Replay_SessionToken_IsTheLiveOneAgain()
    {
        Upstream.OnChat = context => FakeChatServer.WriteAsync(context, Events.Content("use tok3n-of-"), Events.Content("the-session"), Events.Finish, Events.Done);
        await RecordAsync(Ask($"Authorization: Bearer {Token}"));
        var body = (await ReplayAsync(Ask("Authorization: Bearer another-one-altogether"))).Single();
        Assert.Contains("\"use another-o\"", body, StringComparison.Ordinal); // cut where the recorded one was cut
        Assert.Contains("\"ne-altogether\"", body, StringComparison.Ordinal);
    }
}
