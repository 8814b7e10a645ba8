namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Warehouse: articles by SKU, stock set by PUT, movements between places by code, snake_case, totals with offset and limit.</summary>
internal sealed class StockApi : SimulatedApi
{
    private static readonly (string Sku, string Name, int Stock)[] Articles = [("BX-10", "Small box", 40), ("BX-20", "Large box", 5), ("TP-01", "Packing tape", 300), ("PL-07", "Euro pallet", 12), ("ST-99", "Stretch film", 0)];

    public StockApi()
    {
        Map("list_articles", "GET /articles - List articles", "offset:integer limit:integer", arguments => new(200, new
        {
            total = Articles.Length, articles = Articles.Skip(Int(arguments, "offset")).Take(Math.Min(2, Int(arguments, "limit", 2))).Select(article => new { sku = article.Sku, name = article.Name, stock = article.Stock }),
        }));
        Map("get_article", "GET /articles/{sku} - Get an article", "sku:string!", arguments => { Effects.Add($"look {Text(arguments, "sku")}"); return new(200, new { sku = Text(arguments, "sku") }); });
        Map("set_stock", "PUT /articles/{sku}/stock - Set the stock of an article", "sku:string! quantity:integer!", arguments => { Effects.Add($"stock {Text(arguments, "sku")} {Int(arguments, "quantity")}"); return new(200, new { }); });
        Map("list_warehouses", "GET /warehouses - List warehouses", "", _ => new(200, new { warehouses = new[] { new { code = "N", name = "North" }, new { code = "S", name = "South" } } }));
        Map("create_movement", "POST /movements - Move stock between warehouses", "sku:string! quantity:integer! from_warehouse:string! to_warehouse:string!", arguments =>
        {
            Effects.Add($"move {Int(arguments, "quantity")} {Text(arguments, "sku")} {Text(arguments, "from_warehouse")}>{Text(arguments, "to_warehouse")}");
            return new(201, new { movement_id = 4 });
        });
        Map("create_article", "POST /articles - Create an article", "sku:string! name:string! stock:integer unit:piece|roll|kg", arguments => { Effects.Add($"article {Text(arguments, "sku")} {Text(arguments, "name")} {Text(arguments, "unit")}".TrimEnd()); return new(201, new { sku = Text(arguments, "sku") }); });
        Map("discontinue_article", "POST /articles/{sku}/discontinue - Discontinue an article", "sku:string!", arguments => { Effects.Add($"discontinue {Text(arguments, "sku")}"); return new(204); });
    }
}
