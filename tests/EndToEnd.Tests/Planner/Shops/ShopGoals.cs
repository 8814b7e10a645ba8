namespace ApeTest.EndToEnd.Tests.Planner.Shops;

/// <summary>Goals in the sample shop.</summary>
internal static class ShopGoals
{
    public static IEnumerable<GoalCase> All()
    {
        yield return new GoalCase("shop-cheapest", new ShopSample("user-0007", "pass-0007"), async hand =>
        {
            await LogInAsync(hand, "user-0007", "pass-0007");
            await AddAsync(hand, 4, 2);
            await hand.CallAsync("checkout", "POST /checkout");
            await hand.CallAsync("logout", "POST /auth/logout");
        }, "2 Breakfast Coffee 250 g");
        yield return new GoalCase("shop-register", new ShopSample("lena.k", "saffron-tea-9"), async hand =>
        {
            await hand.CallAsync("register", "POST /users", new { username = "lena.k", password = "saffron-tea-9" });
            await LogInAsync(hand, "lena.k", "saffron-tea-9");
            await AddAsync(hand, 11, 1);
            await hand.CallAsync("checkout", "POST /checkout");
        }, "1 Earl Grey Tea 50 bags");
        yield return new GoalCase("shop-take-out", new ShopSample("user-0012", "pass-0012"), async hand =>
        {
            await LogInAsync(hand, "user-0012", "pass-0012");
            await AddAsync(hand, 18, 1);
            await AddAsync(hand, 17, 1);
            await hand.CallAsync("removeFromCart", "DELETE /cart/items/18");
            await hand.CallAsync("checkout", "POST /checkout");
        }, "1 Hand Grinder");
        yield return new GoalCase("shop-look", new ShopSample("user-0003", "pass-0003"), async hand =>
        {
            await LogInAsync(hand, "user-0003", "pass-0003");
            await AddAsync(hand, 22, 3);
            var order = await hand.CallAsync("checkout", "POST /checkout");
            await hand.CallAsync("getOrder", $"GET /orders/{order.GetProperty("id").GetString()}");
        }, "3 Oat Cookies");
    }

    private static Task AddAsync(Hand hand, int productId, int quantity) => hand.CallAsync("addToCart", "POST /cart/items", new { productId, quantity });

    private static async Task LogInAsync(Hand hand, string username, string password) =>
        hand.Use((await hand.CallAsync("login", "POST /auth/login", new { username, password })).GetProperty("token").GetString());
}
