using System.Diagnostics;
using System.Net;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Tests.Policy;

public sealed class TargetPolicyTests
{
    private static readonly Uri Remote = new("https://api.example.com");

    [Theory]
    [InlineData("https://api.example.com/x", true)]
    [InlineData("https://API.example.com/x", true)]
    [InlineData("https://api.example.com:8443/x", false)]
    [InlineData("http://api.example.com/x", false)]
    [InlineData("https://evil.com/x", false)]
    [InlineData("https://api.example.com.evil.com/x", false)]
    [InlineData("https://cdn.example.com:9999/x", true)]
    [InlineData("https://10.0.0.7:8080/x", true)]
    [InlineData("https://10.0.0.7/x", false)]
    [InlineData("ftp://api.example.com/x", false)]
    [InlineData("file:///etc/passwd", false)]
    public void Prepare_Host_OnlyListedOnesPass(string url, bool allowed)
    {
        var policy = Some.Policy(Remote, target => target.Hosts = ["cdn.example.com", "10.0.0.7:8080"]);
        var request = Some.Get(new Uri(url));

        var verdict = policy.Prepare(ref request);

        Assert.Equal(allowed, verdict.Allowed);
        if (!allowed)
        {
            Assert.Equal((403, TargetErrors.Denied), (verdict.Status, verdict.ErrorType));
        }
    }

    [Fact]
    public void Prepare_UnknownTarget_NamesTheKnown()
    {
        var request = new TargetRequest { Method = HttpMethod.Get, Url = Remote, Target = "shopp" };

        var verdict = Some.Policy(Remote).Prepare(ref request);

        Assert.Equal("target 'shopp' is not known; known: shop", verdict.Detail);
    }

    [Fact]
    public void Prepare_ForeignHost_SaysHowToAllow()
    {
        var request = Some.Get(new Uri("https://evil.com/x"));

        Assert.Contains("add \"evil.com:443\" to `hosts`", Some.Policy(Remote).Prepare(ref request).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", false, null, false)]
    [InlineData("DELETE", false, "DELETE /orders/*", true)]
    [InlineData("DELETE", false, "removeOrder", true)]
    [InlineData("DELETE", false, "GET /orders/*", false)]
    [InlineData("POST", true, null, false)]
    [InlineData("POST", true, "removeOrder", true)]
    [InlineData("POST", false, null, true)]
    public void Prepare_DestructiveOnRemoteTarget_NeedsAllow(string method, bool destructive, string? allow, bool allowed)
    {
        var policy = Some.Policy(Remote, target => target.Allow = allow is null ? [] : [allow]);
        var request = new TargetRequest { Method = new HttpMethod(method), Url = new Uri(Remote, "/orders/7"), Target = "shop", Operation = "removeOrder", Destructive = destructive };

        var verdict = policy.Prepare(ref request);

        Assert.Equal(allowed, verdict.Allowed);
        if (!allowed)
        {
            Assert.Contains("add \"removeOrder\" to `allow`", verdict.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:5080")]
    [InlineData("http://[::1]:5080")]
    public void Prepare_DestructiveOnLoopback_Passes(string url)
    {
        var request = new TargetRequest { Method = HttpMethod.Delete, Url = new Uri(new Uri(url), "/orders/7"), Target = "shop", Destructive = true };

        Assert.True(Some.Policy(new Uri(url)).Prepare(ref request).Allowed);
    }

    [Fact]
    public void Prepare_DenyRule_WinsOverAllow()
    {
        var policy = Some.Policy(Remote, target => (target.Deny, target.Allow) = (["* /admin/**"], ["* /admin/**"]));
        var request = Some.Get(new Uri(Remote, "/admin/users/1"));

        Assert.False(policy.Prepare(ref request).Allowed);
    }

    [Theory]
    [InlineData("/orders/*", "/orders/7", true)]
    [InlineData("/orders/*", "/orders/7/lines", false)]
    [InlineData("/orders/**", "/orders/7/lines", true)]
    [InlineData("/orders/**", "/orders", true)]
    [InlineData("/orders/**", "/ordersx", false)]
    [InlineData("/orders/*/lines", "/orders/7/lines", true)]
    [InlineData("/orders/*/lines", "/orders/7/8/lines", false)]
    [InlineData("/**/lines", "/a/b/lines", true)]
    [InlineData("/a*c*e", "/abcde", true)]
    [InlineData("/a*c*e", "/abcd", false)]
    [InlineData("/Orders", "/orders", true)]
    [InlineData("/", "/", true)]
    [InlineData("/orders/**/lines", "/orders/lines", true)]
    [InlineData("/orders/**/lines", "/orders/xlines", false)]
    [InlineData("/**/a/**/b/**", "/a/x/b/b", true)]
    [InlineData("/**/a**/b", "/ax/ab", true)]
    [InlineData("/****/x", "/a/x", true)]
    [InlineData("/**/*.php", "/a/b/c.php", true)]
    [InlineData("/**/*.php", "/a/b.php/c", false)]
    public void IsGlobMatch_Case_AsExpected(string glob, string path, bool expected) =>
        Assert.Equal(expected, RequestRule.IsGlobMatch(glob, path));

    [Theory]
    [InlineData("/**/a/**/a/**/b", false)]
    [InlineData("/**a**a**b", false)]
    [InlineData("/*a*a*a*/**/a/**/a", true)]
    public void IsGlobMatch_LongPath_Ends(string glob, bool expected) =>
        Assert.Equal(expected, RequestRule.IsGlobMatch(glob, "/aaa" + string.Concat(Enumerable.Repeat("/a", 4096))));

    [Theory]
    [InlineData("X-HTTP-Method-Override", "DELETE", false)]
    [InlineData("x-method-override", "delete", false)]
    [InlineData("X-HTTP-Method", "PUT", true)]
    [InlineData("X-Other", "DELETE", true)]
    public void Prepare_MethodOverrideOnRemoteTarget_IsJudgedToo(string header, string method, bool allowed)
    {
        var request = new TargetRequest { Method = HttpMethod.Post, Url = new Uri(Remote, "/orders/7"), Target = "shop", Headers = [new(header, method)] };

        Assert.Equal(allowed, Some.Policy(Remote).Prepare(ref request).Allowed);
    }

    [Fact]
    public void Prepare_Budget_IsExactUnderConcurrency()
    {
        var policy = Some.Policy(Remote, limits: new LimitOptions { RequestBudget = 100 });
        var passed = 0;

        Parallel.For(0, 1000, _ =>
        {
            var request = Some.Get(Remote);
            if (policy.Prepare(ref request).Allowed)
            {
                Interlocked.Increment(ref passed);
            }
        });

        var over = Some.Get(Remote);
        var verdict = policy.Prepare(ref over);
        Assert.Equal(100, passed);
        Assert.Equal(100, policy.Requests);
        Assert.Equal((429, TargetErrors.Budget), (verdict.Status, verdict.ErrorType));
    }

    [Fact]
    public void Prepare_ValidTrace_IsKept()
    {
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);
        var request = Some.Get(Remote);
        request.Trace = trace;

        Some.Policy(Remote).Prepare(ref request);

        Assert.Equal(trace, request.Trace);
    }

    [Fact]
    public void Prepare_NoTrace_IsCreatedSampled()
    {
        var request = Some.Get(Remote);

        Some.Policy(Remote).Prepare(ref request);

        Assert.True(TraceHeaders.IsValid(request.Trace));
        Assert.Equal(ActivityTraceFlags.Recorded, request.Trace.TraceFlags);
    }

    [Fact]
    public void Prepare_Headers_OnlyWhereAbsent()
    {
        var policy = Some.Policy(Remote, target => target.Headers = new Dictionary<string, string> { ["Authorization"] = "Basic x", ["X-Tenant"] = "t1" });
        var with = new TargetRequest { Method = HttpMethod.Get, Url = Remote, Target = "shop", HasAuthorization = true, Headers = [new("authorization", "Bearer y")] };
        var without = Some.Get(Remote);

        policy.Prepare(ref with);
        policy.Prepare(ref without);

        Assert.Equal(["X-Tenant"], with.PolicyHeaders!.Select(static header => header.Key));
        Assert.Equal(2, without.PolicyHeaders!.Count);
    }

    [Fact]
    public void Prepare_BodyOverLimit_Is413()
    {
        var policy = Some.Policy(Remote, limits: new LimitOptions { BodyBytes = 3 });
        var request = new TargetRequest { Method = HttpMethod.Post, Url = Remote, Target = "shop", Body = new byte[4] };

        Assert.Equal(413, policy.Prepare(ref request).Status);
    }

    [Theory]
    [InlineData("api.example.com", "10.1.2.3", true)]
    [InlineData("cdn.example.com", "10.1.2.3", false)]
    [InlineData("cdn.example.com", "127.0.0.1", false)]
    [InlineData("cdn.example.com", "169.254.169.254", false)]
    [InlineData("cdn.example.com", "fd00::1", false)]
    [InlineData("cdn.example.com", "::ffff:10.1.2.3", false)]
    [InlineData("cdn.example.com", "93.184.216.34", true)]
    [InlineData("cdn.example.com", "10.9.9.9", true)]
    [InlineData("evil.com", "93.184.216.34", false)]
    public void IsAddressAllowed_AfterResolution_PrivateOnlyWhenListed(string host, string address, bool expected)
    {
        var entry = new TargetEntry(new TargetOptions { Name = "shop", Url = Remote.AbsoluteUri, Hosts = ["cdn.example.com", "10.9.9.9"] }, TimeProvider.System);

        Assert.Equal(expected, entry.IsAddressAllowed(host, 443, IPAddress.Parse(address)));
    }

    [Fact]
    public void Validate_ManyErrors_AllNamedWithFix()
    {
        var file = new GatewayFile
        {
            Targets =
            [
                new TargetOptions { Name = "a b", Url = "ftp://x", Timeout = "soon", Hosts = ["http://x"], Deny = ["DELETE orders"], Allow = ["a/b"], Headers = new Dictionary<string, string> { ["X-A"] = "1\r\nX-B: 2", ["bad name"] = "x" } },
                new TargetOptions { Name = "shop", Url = "http://u:p@x" },
                new TargetOptions { Name = "SHOP", Url = "http://x" },
                new TargetOptions { Name = "metrics", Url = "http://x" },
            ],
            Limits = new LimitOptions { RequestBudget = 0, BodyBytes = -1 },
        };

        var errors = TargetOptionsValidator.Validate(file);

        Assert.Equal(
            [
                "targets[0].name", "targets[0].url", "targets[0].timeout", "targets[0].hosts[0]", "targets[0].headers.X-A", "targets[0].headers.bad name", "targets[0].deny[0]",
                "targets[0].allow[0]", "targets[1].url", "targets[2].name", "targets[3].name", "limits.requestBudget", "limits.bodyBytes",
            ],
            errors.Select(static error => error.Field));
        Assert.All(errors, static error => Assert.NotEmpty(error.Fix));
    }

    [Fact]
    public void Constructor_InvalidFile_ThrowsInput() =>
        Assert.Equal(ExitCodes.Input, Assert.Throws<ApeTestException>(static () => new TargetPolicy(new GatewayFile())).ExitCode);

    [Fact]
    public void From_TargetSpec_KeepsEverything()
    {
        var spec = new TargetSpec
        {
            Name = "t", Url = new Uri("https://x/api"), OpenApi = "/o", Hosts = ["y"], Timeout = TimeSpan.FromMilliseconds(1500), Insecure = true,
            Headers = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("A", "b"),
        };

        var policy = new TargetPolicy(spec);
        var options = TargetOptions.From(spec);

        Assert.Equal(("t", "https://x/api", "/o", true, "b"), (options.Name, options.Url, options.OpenApi, options.Insecure, options.Headers["a"]));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), policy.Find("t")!.Timeout);
    }
}
