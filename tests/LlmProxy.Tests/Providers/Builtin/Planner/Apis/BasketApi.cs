namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Another shop: a basket whose lines are put by SKU, vouchers, an order from the basket, returns of what was ordered.</summary>
internal sealed class BasketApi : SimulatedApi
{
    private readonly SortedDictionary<string, int> _lines = new(StringComparer.Ordinal);

    public BasketApi()
    {
        Map("token", "POST /oauth/token - Token for a customer", "username:string! password:string! grant_type:password|password!", arguments => Text(arguments, "password") == "{{user.password}}" ? new(200, new { access_token = "t" }) : Problem(401, "no"));
        Map("searchProducts", "GET /catalog/products - Search the catalog", "query:string category:string priceMax:number sortBy:price|name|rating pageSize:integer", arguments => new(200, new
        {
            products = new[] { ("MG-1", "Blue mug", "mugs", 7.5), ("MG-2", "Travel mug", "mugs", 15.0), ("TP-1", "Glass teapot", "pots", 29.0), ("TP-2", "Iron teapot", "pots", 59.0), ("SP-9", "Silver spoon", "cutlery", 4.0) }
                .Where(item => Text(arguments, "query").Length == 0 || item.Item2.Contains(Text(arguments, "query"), StringComparison.OrdinalIgnoreCase)).Select(item => new { sku = item.Item1, title = item.Item2, category = item.Item3, price = new { amount = item.Item4, currency = "EUR" } }),
        }));
        Map("putLine", "PUT /basket/lines/{sku} - Put a product into the basket", "sku:string! quantity:integer!", arguments => { _lines[Text(arguments, "sku")] = Int(arguments, "quantity"); return new(200, new { sku = Text(arguments, "sku") }); });
        Map("deleteLine", "DELETE /basket/lines/{sku} - Take a product out of the basket", "sku:string!", arguments => { _lines.Remove(Text(arguments, "sku")); return new(204); });
        Map("addVoucher", "POST /basket/vouchers - Use a voucher", "code:string!", arguments => { Effects.Add($"voucher {Text(arguments, "code")}"); return new(201, new { }); });
        Map("submitOrder", "POST /orders - Order what is in the basket", "deliveryMethod:standard|express", arguments =>
        {
            Effects.Add($"order {string.Join('+', _lines.Select(line => $"{line.Value}x{line.Key}"))} {Text(arguments, "deliveryMethod")}".TrimEnd());
            return _lines.Count == 0 ? Problem(409, "The basket is empty.") : new(201, new { orderId = "o-1", lines = _lines.Select(line => new { lineId = "l-" + line.Key, sku = line.Key }) });
        });
        Map("returnOrder", "POST /orders/{orderId}/returns - Return an order", "orderId:string! reason:damaged|wrong_item|no_longer_needed!", arguments => { Effects.Add($"return {Text(arguments, "orderId")} {Text(arguments, "reason")}"); return new(201, new { }); });
        Map("orders", "GET /orders - Orders of the customer", "", _ => new(200, new { orders = new[] { new { orderId = "o-0", status = "delivered" } } }));
    }
}
