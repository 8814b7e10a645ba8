namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>The sample shop's style: token, cart, checkout.</summary>
internal sealed class ShopApi : SimulatedApi
{
    private readonly List<(int Id, string Name, string Category, decimal Price, int Stock)> _products =
    [
        (1, "Espresso beans", "coffee", 9.5m, 20), (2, "Filter coffee", "coffee", 4.2m, 0), (3, "House blend", "coffee", 5.0m, 30),
        (4, "Green tea", "tea", 3.1m, 12), (5, "Mug", "kitchen", 7.0m, 9), (6, "Breakfast tea", "tea", 2.9m, 40),
    ];

    private readonly List<(int Product, int Quantity)> _cart = [];
    private bool _token;
    private int _failures;

    public List<(int Product, int Quantity)> Ordered { get; } = [];

    public bool LoggedOut { get; private set; }

    /// <summary>Product that turns out to be gone only at checkout.</summary>
    public int GoneAtCheckout { get; init; }

    /// <summary>The first calls of an operation that answer 503.</summary>
    public int Unavailable { get; init; }

    /// <summary>Whether the first token is refused once.</summary>
    public bool ExpireOnce { get; set; }

    public ShopApi()
    {
        Map("register", "POST /users - Create an account.", "username:string! password:string! email:string(email)", _ => new(201, new { id = 7 }));
        Map("login", "POST /auth/login - Log in and get a token.", "username:string! password:string!", arguments =>
        {
            _token = Text(arguments, "username") == "user-0001" && Text(arguments, "password") == "{{user.password}}";
            return _token ? new(200, new { token = "t" }) : Problem(401, "Wrong user name or password.");
        });
        Map("listProducts", "GET /products - List products, page by page.", "q:string category:string sort:price|-price|name page:integer pageSize:integer", arguments =>
        {
            if (_failures < Unavailable)
            {
                _failures++;
                return Problem(503, "Busy.");
            }

            var found = _products.Where(product => (Text(arguments, "q").Length == 0 || (product.Name + " " + product.Category).Contains(Text(arguments, "q"), StringComparison.OrdinalIgnoreCase))
                && (Text(arguments, "category").Length == 0 || product.Category == Text(arguments, "category")));
            found = Text(arguments, "sort") switch { "price" => found.OrderBy(product => product.Price), "-price" => found.OrderByDescending(product => product.Price), _ => found };
            var items = found.Select(product => new { id = product.Id, name = product.Name, category = product.Category, price = product.Price, stock = product.Stock }).ToList();
            return new(200, new { items, page = 1, pageSize = 20, total = items.Count });
        });
        Map("getProduct", "GET /products/{productId} - One product.", "productId:integer!", _ => new(200, new { id = 1 }));
        Map("addToCart", "POST /cart/items - Put a product into the cart.", "productId:integer! quantity:integer!", arguments =>
        {
            if (!_token || ExpireOnce)
            {
                ExpireOnce = false;
                return Problem(401, "Log in first.");
            }

            _cart.Add((Int(arguments, "productId"), Int(arguments, "quantity")));
            return new(201, new { productId = Int(arguments, "productId"), quantity = Int(arguments, "quantity") });
        });
        Map("getCart", "GET /cart - The cart.", "", _ => new(200, new { items = _cart.Select(line => new { productId = line.Product, quantity = line.Quantity }) }));
        Map("removeFromCart", "DELETE /cart/items/{productId} - Take a product out of the cart.", "productId:integer!", arguments =>
            new(_cart.RemoveAll(line => line.Product == Int(arguments, "productId")) > 0 ? 204 : 404));
        Map("checkout", "POST /checkout - Order what is in the cart.", "", _ =>
        {
            if (_cart.Count == 0)
            {
                return Problem(422, "The cart is empty.");
            }

            if (_cart.Exists(line => line.Product == GoneAtCheckout || _products.Find(product => product.Id == line.Product).Stock < line.Quantity))
            {
                return Problem(409, "Out of stock.");
            }

            Ordered.AddRange(_cart);
            _cart.Clear();
            return new(201, new { orderId = 501, status = "placed" }, "/orders/501");
        });
        Map("listOrders", "GET /orders - Your orders.", "", _ => new(200, new { items = new[] { new { id = 501 } } }));
        Map("getOrder", "GET /orders/{orderId} - One order.", "orderId:integer!", arguments => Int(arguments, "orderId") == 501 ? new(200, new { id = 501 }) : Problem(404, "No such order."));
        Map("logout", "POST /auth/logout - End the session.", "", _ =>
        {
            LoggedOut = true;
            return new(204);
        });
    }
}
