using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Tests.Policy;

/// <summary>The form of a path that rules compare with.</summary>
public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/orders/1", "/orders/1")]
    [InlineData("/orders/1/", "/orders/1")]
    [InlineData("//orders//1", "/orders/1")]
    [InlineData("/%6frders/1", "/orders/1")]
    [InlineData("/%256frders/1", "/orders/1")]
    [InlineData("/orders%2f1", "/orders/1")]
    [InlineData("/orders%5C1", "/orders/1")]
    [InlineData("/orders;v=1/1;x", "/orders/1")]
    [InlineData("/orders./1...", "/orders/1")]
    [InlineData("/orders%20/1", "/orders/1")]
    [InlineData("/orders%09/1%01", "/orders/1")]
    [InlineData("/orders.%09./1", "/orders/1")]
    [InlineData("/index.html", "/index.html")]
    [InlineData("/caf%C3%A9", "/caf\u00e9")]
    [InlineData("/%FF%zz%", "/%FF%zz%")]
    public void TryRead_Spellings_HaveOneForm(string path, string expected)
    {
        Assert.True(RequestPath.TryRead(path, out var canonical));
        Assert.Equal(expected, canonical);
    }

    [Theory]
    [InlineData("/a/..%2fb")]
    [InlineData("/a/%2e%2e%2fb")]
    [InlineData("/a/..;/b")]
    [InlineData("/a/..%5cb")]
    [InlineData("/a/%252e%252e/b")]
    [InlineData("/a/%25252e%25252e/b")]
    [InlineData("/a/%c0%ae%C0%AE/b")]
    [InlineData("/a/.%20/b")]
    [InlineData("/a/..%01/b")]
    [InlineData("/a/%2e;x/b")]
    public void TryRead_HiddenDotSegment_IsRefused(string path) => Assert.False(RequestPath.TryRead(path, out _));

    [Theory]
    [InlineData("DELETE", "/orders/1", true)]
    [InlineData("DELETE", "/orders/1%2flines", false)]
    [InlineData("delete", "/ORDERS/1/", true)]
    [InlineData("DELETE", "/orders%2f1", true)]
    public void Prepare_AllowedDestructivePath_IsComparedInThatForm(string method, string path, bool allowed)
    {
        var policy = Some.Policy(new Uri("http://shop.example"), static options => options.Allow = ["DELETE /orders/*"]);
        var request = new ApeTest.Targets.Http.TargetRequest { Method = new HttpMethod(method), Url = new Uri("http://shop.example" + path), Target = "shop" };

        Assert.Equal(allowed, policy.Prepare(ref request).Allowed);
    }
}
