using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Food delivery: an order of nested lines with extras, answered by 201 with an empty body and a Location.</summary>
internal sealed class PizzaApi : SimulatedApi
{
    public PizzaApi()
    {
        Map("getMenu", "GET /menu - Dishes", "q:string", _ => new(200, new { dishes = new[] { new { dishId = 1, name = "Margherita", kind = "pizza", price = 8.5 }, new { dishId = 2, name = "Funghi", kind = "pizza", price = 9.5 }, new { dishId = 3, name = "Cola", kind = "drink", price = 2.5 } } }));
        Map("placeOrder", "POST /orders - Place an order", "items:[{dishId:integer!;quantity:integer!;size:small|medium|large;extras:[string]}]! address:string! payment:cash|card!", arguments =>
        {
            var lines = arguments["items"]!.AsArray().Select(line => $"{line!["quantity"]}x{line["dishId"]}{(line["size"] is { } size ? " " + size : "")}{(line["extras"] is JsonArray { Count: > 0 } extras ? " +" + string.Join('+', extras) : "")}");
            Effects.Add($"order {string.Join(", ", lines)} to {Text(arguments, "address")} {Text(arguments, "payment")}");
            return new(201, null, "http://127.0.0.1/orders/88");
        });
        Map("getOrder", "GET /orders/{orderId} - One order", "orderId:integer!", arguments => { Effects.Add($"look {Int(arguments, "orderId")}"); return new(200, new { orderId = Int(arguments, "orderId"), status = "baking" }); });
        Map("cancelOrder", "POST /orders/{orderId}/cancel - Cancel an order", "orderId:integer! reason:string", arguments => { Effects.Add($"cancel {Int(arguments, "orderId")}"); return new(204); });
        Map("tipOrder", "POST /orders/{orderId}/tips - Tip the courier", "orderId:integer! amount:number!", arguments => { Effects.Add($"tip {Int(arguments, "orderId")} {Text(arguments, "amount")}"); return new(201, new { }); });
    }
}
