using ApeTest.Tests.Shared;

namespace ApeTest.Shop.Tests.Accounts;

public class AccountTests
{
    [Fact]
    public async Task Register_NewCustomer_CanLogIn()
    {
        await using var shop = await TestShop.StartAsync();
        var created = await shop.SendAsync(HttpMethod.Post, "/users", null, new { username = "ada.lovelace", password = "correct-horse" });
        Assert.Equal(201, created.Status);
        Assert.Equal(1001, created.Body.GetProperty("id").GetInt32());

        var login = await shop.SendAsync(HttpMethod.Post, "/auth/login", null, new { username = "ada.lovelace", password = "correct-horse" });
        Assert.Equal(200, login.Status);
        Assert.Equal("ada.lovelace", login.Body.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("Bearer", login.Body.GetProperty("tokenType").GetString());
        Assert.Equal(3600, login.Body.GetProperty("expiresIn").GetInt32());
    }

    [Fact]
    public async Task Register_TakenName_409()
    {
        await using var shop = await TestShop.StartAsync();
        var answer = await shop.SendAsync(HttpMethod.Post, "/users", null, new { username = "user-0001", password = "long-enough" });
        Assert.Contains("user-0001", answer.Problem(409, "username-taken"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_EveryFieldWrong_422NamesThemAll()
    {
        await using var shop = await TestShop.StartAsync();
        var answer = await shop.SendAsync(HttpMethod.Post, "/users", null, new { username = "a b", password = "short" });
        answer.Problem(422, "invalid");
        var errors = answer.Body.GetProperty("errors");
        Assert.True(errors.TryGetProperty("username", out _));
        Assert.True(errors.TryGetProperty("password", out _));
    }

    [Theory]
    [InlineData("user-0001", "wrong")]
    [InlineData("nobody", "pass-0001")]
    public async Task Login_WrongCredentials_401(string username, string password)
    {
        await using var shop = await TestShop.StartAsync();
        (await shop.SendAsync(HttpMethod.Post, "/auth/login", null, new { username, password })).Problem(401, "wrong-credentials");
        (await shop.SendAsync(HttpMethod.Post, "/auth/login-cookie", null, new { username, password })).Problem(401, "wrong-credentials");
    }

    [Fact]
    public async Task Login_MissingPassword_422()
    {
        await using var shop = await TestShop.StartAsync();
        (await shop.SendAsync(HttpMethod.Post, "/auth/login", null, new { username = "user-0001" })).Problem(422, "invalid");
    }

    [Fact]
    public async Task Logout_Token_IsDeadAfterwards()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/cart", token)).Status);
        Assert.Equal(204, (await shop.SendAsync(HttpMethod.Post, "/auth/logout", token)).Status);
        var refused = await shop.SendAsync(HttpMethod.Get, "/cart", token);
        refused.Problem(401, "not-logged-in");
        Assert.StartsWith("Bearer", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        (await shop.SendAsync(HttpMethod.Post, "/auth/logout", token)).Problem(401, "not-logged-in");
    }

    [Fact]
    public async Task LoginCookie_Cookie_IsALoginOfItsOwn()
    {
        await using var shop = await TestShop.StartAsync();
        var login = await shop.SendAsync(HttpMethod.Post, "/auth/login-cookie", null, new { username = "user-0001", password = "pass-0001" });
        Assert.Equal(200, login.Status);
        Assert.False(login.Body.TryGetProperty("token", out _));
        var cookie = login.Headers["Set-Cookie"];
        Assert.StartsWith("shop_session=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);

        var pair = cookie.Split(';')[0];
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/orders", headers: headers => headers.Add("Cookie", pair))).Status);
        Assert.Equal(204, (await shop.SendAsync(HttpMethod.Post, "/auth/logout", headers: headers => headers.Add("Cookie", pair))).Status);
        (await shop.SendAsync(HttpMethod.Get, "/orders", headers: headers => headers.Add("Cookie", pair))).Problem(401, "not-logged-in");
    }

    [Fact]
    public async Task Token_Expired_401()
    {
        var time = new FakeTimeProvider();
        await using var shop = await TestShop.StartAsync(new ShopOptions { TokenLifetime = TimeSpan.FromMinutes(5) }, time);
        var token = await shop.LogInAsync();
        time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/cart", token)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        (await shop.SendAsync(HttpMethod.Get, "/cart", token)).Problem(401, "not-logged-in");
    }

    [Fact]
    public async Task Sessions_MoreThanKept_TheOldestEnds()
    {
        await using var shop = await TestShop.StartAsync(new ShopOptions { MaxSessions = 2 });
        var first = await shop.LogInAsync();
        var second = await shop.LogInAsync();
        var third = await shop.LogInAsync();
        Assert.Equal(401, (await shop.SendAsync(HttpMethod.Get, "/cart", first)).Status);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/cart", second)).Status);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/cart", third)).Status);
    }
}
