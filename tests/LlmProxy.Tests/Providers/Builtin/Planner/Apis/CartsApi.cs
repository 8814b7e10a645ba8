using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Shop whose carts are resources: made first, filled by SKU, checked out with nested address and payment; coupons, wish lists, orders to cancel.</summary>
internal sealed class CartsApi : SimulatedApi
{
    private static readonly (string Sku, string Name, string Brand, double Price, bool InStock)[] Articles =
        [("SH-1", "Trail shoe", "Peak", 89.9, true), ("SH-2", "City shoe", "Urban", 59, false), ("SH-3", "Road shoe", "Peak", 75, true), ("BT-1", "Water bottle", "Peak", 12, true), ("BP-1", "Backpack 30L", "Urban", 99, true)];

    private readonly List<string> _lines = [];
    private bool _isIn;

    public CartsApi()
    {
        Map("auth_login", "POST /auth/token - Get an access token", "email:string(email)! password:string!", arguments =>
        {
            _isIn = Text(arguments, "email") == "ann@example.com" && Text(arguments, "password") is "{{user.password}}" or "blue moon 7";
            return _isIn ? new(200, new { access_token = "x", token_type = "Bearer" }) : Problem(401, "Bad credentials");
        });
        Map("catalog_search", "GET /catalog/articles - Search articles", "search:string brand:string sort:price_asc|price_desc offset:integer limit:integer", arguments =>
        {
            var found = Articles.Where(article => article.Name.Contains(Text(arguments, "search"), StringComparison.OrdinalIgnoreCase) && article.Brand.Contains(Text(arguments, "brand"), StringComparison.OrdinalIgnoreCase));
            found = Text(arguments, "sort") switch { "price_asc" => found.OrderBy(article => article.Price), "price_desc" => found.OrderByDescending(article => article.Price), _ => found };
            return new(200, new { hits = found.Select(article => new { sku = article.Sku, name = article.Name, brand = article.Brand, price = new { value = article.Price, currency = "EUR" }, inStock = article.InStock }), total = found.Count() });
        });
        Map("carts_create", "POST /carts - Create a cart", "currency:EUR|USD", _ => new(201, new { cartId = "c-1", items = Array.Empty<object>() }));
        Map("carts_addItem", "POST /carts/{cartId}/items - Add an article to a cart", "cartId:string! sku:string! qty:integer!", arguments =>
        {
            var article = Array.Find(Articles, article => article.Sku == Text(arguments, "sku"));
            if (Text(arguments, "cartId") != "c-1" || article.Name is null)
            {
                return Problem(404, "No such cart or article.");
            }

            if (!article.InStock)
            {
                return Problem(409, "Article is out of stock.");
            }

            _lines.Add($"{Int(arguments, "qty")}x{article.Sku}");
            return new(201, new { cartId = "c-1", lines = _lines.Count });
        });
        Map("carts_applyCoupon", "PUT /carts/{cartId}/coupon - Apply a coupon", "cartId:string! code:string!", arguments =>
        {
            Effects.Add($"coupon {Text(arguments, "code")}");
            return new(200, new { cartId = "c-1" });
        });
        Map("carts_checkout", "POST /carts/{cartId}/checkout - Turn a cart into an order", "cartId:string! shippingAddress:{street:string!;city:string!;zip:string!;country:string!}! paymentMethod:card|invoice|paypal!", arguments =>
        {
            if (!_isIn || _lines.Count == 0)
            {
                return _isIn ? Problem(422, "The cart is empty.") : Problem(401, "Sign in.");
            }

            Effects.Add($"order {string.Join('+', _lines)} {Text(arguments, "paymentMethod")} {arguments["shippingAddress"]!["city"]}");
            return new(201, new { orderNumber = "O-77", status = "placed" });
        });
        Map("orders_list", "GET /orders - Your orders", "", _ => new(200, new { orders = new[] { new { orderNumber = "O-12", status = "shipped", placedAt = "2026-10-01" }, new { orderNumber = "O-15", status = "placed", placedAt = "2026-11-01" } } }));
        Map("orders_get", "GET /orders/{orderNumber} - One order", "orderNumber:string!", arguments => { Effects.Add($"look {Text(arguments, "orderNumber")}"); return new(200, new { orderNumber = Text(arguments, "orderNumber"), status = "placed" }); });
        Map("orders_cancel", "POST /orders/{orderNumber}/cancellation - Cancel an order", "orderNumber:string! reason:string!", arguments =>
        {
            if (Text(arguments, "orderNumber") == "O-12")
            {
                return Problem(409, "The order is shipped already.");
            }

            Effects.Add($"cancel {Text(arguments, "orderNumber")}");
            return new(202, new { });
        });
        Map("wishlist_add", "POST /wishlist - Put an article on the wish list", "sku:string!", arguments => { Effects.Add($"wish {Text(arguments, "sku")}"); return new(201, new { }); });
    }
}
