using System.Text;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.Targets.Tests.Auth;

/// <summary>Credentials that stand in the gateway file: bearer, basic, API key.</summary>
public sealed class StaticAuthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_Bearer_IsShown()
    {
        var (headers, _) = await SeenAsync(new AuthOptions { Type = AuthType.Bearer, Token = "t0ken" });

        Assert.Equal("Bearer t0ken", headers["Authorization"]);
    }

    [Theory]
    [InlineData("ann", "s3cret")]
    [InlineData("jörg", "pässwörd€")]
    [InlineData("ann", "with:colon")]
    public async Task SendAsync_Basic_IsUtf8InBase64(string user, string password)
    {
        var (headers, _) = await SeenAsync(new AuthOptions { Type = AuthType.Basic, User = user, Password = password });

        Assert.StartsWith("Basic ", headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal($"{user}:{password}", Encoding.UTF8.GetString(Convert.FromBase64String(headers["Authorization"][6..])));
    }

    [Fact]
    public async Task SendAsync_ApiKeyInHeader_IsShownBesideOthers()
    {
        var (headers, _) = await SeenAsync(new AuthOptions { Type = AuthType.ApiKey, Name = "X-Api-Key", Value = "k/1" }, own: [new("Authorization", "Bearer own")]);

        Assert.Equal(("k/1", "Bearer own"), (headers["X-Api-Key"], headers["Authorization"]));
    }

    [Theory]
    [InlineData("/a", "/a?api%20key=k%261%3D%2F")]
    [InlineData("/a?x=1&y=%20", "/a?x=1&y=%20&api%20key=k%261%3D%2F")]
    [InlineData("/a?", "/a?api%20key=k%261%3D%2F")]
    public async Task SendAsync_ApiKeyInQuery_IsEscapedAndAppended(string path, string expected)
    {
        var (_, seen) = await SeenAsync(new AuthOptions { Type = AuthType.ApiKey, In = "query", Name = "api key", Value = "k&1=/" }, path);

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData(false, "/a?key=own&x=1")]
    [InlineData(true, "/a?x=1&key=ours")]
    public async Task SendAsync_OwnKeyInQuery_StaysUnlessOverridden(bool overrides, string expected)
    {
        var (_, seen) = await SeenAsync(new AuthOptions { Type = AuthType.ApiKey, In = "query", Name = "key", Value = "ours", Override = overrides }, "/a?key=own&x=1");

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData(false, "Bearer own")]
    [InlineData(true, "Bearer ours")]
    public async Task SendAsync_OwnAuthorization_StaysUnlessOverridden(bool overrides, string expected)
    {
        var (headers, _) = await SeenAsync(new AuthOptions { Type = AuthType.Bearer, Token = "ours", Override = overrides }, own: [new("Authorization", "Bearer own")]);

        Assert.Equal(expected, headers["Authorization"]);
    }

    [Fact]
    public void Prepare_FurtherHost_GetsNeitherCredentialsNorHeaders()
    {
        foreach (var auth in new AuthOptions[]
        {
            new() { Type = AuthType.Bearer, Token = "t" },
            new() { Type = AuthType.Basic, User = "u", Password = "p" },
            new() { Type = AuthType.ApiKey, Name = "X-Api-Key", Value = "k", Override = true },
            new() { Type = AuthType.ApiKey, In = "query", Name = "key", Value = "k" },
        })
        {
            var policy = Some.Policy(new Uri("http://shop.example"), options =>
            {
                options.Auth = auth;
                options.Hosts = ["cdn.example", "shop.example:8080"];
                options.Headers["X-Tenant"] = "t1";
            });
            foreach (var url in new[] { "http://cdn.example/x", "http://shop.example:8080/x" })
            {
                var foreign = Some.Get(new Uri(url));
                Assert.True(policy.Prepare(ref foreign).Allowed);
                Assert.Equal((null, null), (foreign.PolicyHeaders, foreign.PolicyQuery));
            }
            var own = Some.Get(new Uri("http://shop.example/x"));
            Assert.True(policy.Prepare(ref own).Allowed);
            Assert.True(own.PolicyHeaders!.Exists(static header => header.Key == "X-Tenant"));
            Assert.True(own.PolicyQuery is not null || own.PolicyHeaders.Count == 2);
        }
    }

    private static async Task<(Dictionary<string, string> Headers, string Target)> SeenAsync(
        AuthOptions auth, string path = "/", List<KeyValuePair<string, string>>? own = null)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var raw = "";
        await using var target = await TestTarget.StartAsync(context =>
        {
            raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            foreach (var header in context.Request.Headers)
            {
                seen[header.Key] = header.Value.ToString();
            }
            return Task.CompletedTask;
        });
        using var transport = Some.Transport(target.Url, options => options.Auth = auth);
        var exchange = await transport.SendAsync(
            new TargetRequest
            {
                Method = HttpMethod.Get, Url = new Uri(target.Url, path), Target = "shop", Headers = own,
                HasAuthorization = own?.Exists(static header => header.Key == "Authorization") == true,
            },
            Cancellation);
        Assert.Equal(200, exchange.Status);
        return (seen, raw);
    }
}
