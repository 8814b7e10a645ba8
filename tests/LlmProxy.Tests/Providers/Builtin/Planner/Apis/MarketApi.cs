namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Orders without a cart, lines as an array of objects, paging, reviews.</summary>
internal sealed class MarketApi : SimulatedApi
{
    private const int PageSize = 3;
    private readonly (int Id, string Title, decimal Price)[] _items =
        [(1, "Red lamp", 30), (2, "Blue lamp", 25), (3, "Desk", 120), (4, "Chair", 60), (5, "Rug", 45), (6, "Green lamp", 19), (7, "Vase", 15)];

    public List<(int Item, int Quantity)> Lines { get; } = [];

    public List<(int Item, int Rating, string Comment)> Reviews { get; } = [];

    public List<int> Paid { get; } = [];

    public MarketApi()
    {
        Map("items_list", "GET /items - The catalogue.", "page:integer", arguments =>
        {
            var page = Int(arguments, "page", 1);
            return new(200, new { results = _items.Skip((page - 1) * PageSize).Take(PageSize).Select(item => new { id = item.Id, title = item.Title, price = item.Price }), page, total = _items.Length });
        });
        Map("orders_create", "POST /orders - Place an order.", "lines:[{itemId:integer!;quantity:integer!}]! note:string", arguments =>
        {
            foreach (var line in arguments["lines"]!.AsArray())
            {
                Lines.Add((Int(line!.AsObject(), "itemId"), Int(line.AsObject(), "quantity")));
            }

            return new(201, new { order = new { id = 77, state = "new" } });
        });
        Map("orders_get", "GET /orders/{id} - An order.", "id:integer!", arguments => new(Int(arguments, "id") == 77 ? 200 : 404, new { id = 77 }));
        Map("orders_pay", "POST /orders/{id}/payment - Pay for an order.", "id:integer! method:card|invoice!", arguments =>
        {
            Paid.Add(Int(arguments, "id"));
            return new(Int(arguments, "id") == 77 ? 200 : 404, new { });
        });
        Map("reviews_create", "POST /items/{itemId}/reviews - Review an item.", "itemId:integer! rating:integer! comment:string", arguments =>
        {
            Reviews.Add((Int(arguments, "itemId"), Int(arguments, "rating"), Text(arguments, "comment")));
            return new(201, new { id = 5 });
        });
    }
}
