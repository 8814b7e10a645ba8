using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A shop of pages: no description, only links and forms, with the generic tools and (or without) those for pages.</summary>
internal sealed class SiteApi : SimulatedApi
{
    private static readonly (string Slug, string Name, decimal Price)[] Products = [("lamp", "Desk lamp", 30m), ("rug", "Red rug", 80m), ("vase", "Blue vase", 12.5m)];

    private static readonly (string Text, string Href)[] Fixed = [("Home", "/"), ("Log in", "/login"), ("Products", "/shop"), ("Cart", "/cart")];

    private readonly List<string> _cart = [];
    private JsonObject _page = Page("", "");
    private bool _isIn;

    public SiteApi(bool hasPages)
    {
        Map("http_get", "GET any path - Sends one HTTP request to the target.", "path:string!", arguments => Show(Text(arguments, "path")));
        Map("http_post", "POST any path - Sends one HTTP request to the target.", "path:string! body:string headers:object", arguments =>
            Send(Text(arguments, "path"), Text(arguments, "body").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]))));
        if (hasPages)
        {
            Map("page_follow", "Follows a link", "link:string!", arguments => Show(Text(arguments, "link")));
            Map("page_submit", "Fills in and submits a form", "fields:object form:integer", arguments =>
            {
                var form = _page["forms"]![Int(arguments, "form", 1) - 1]!;
                var values = form["fields"]!.AsArray().Where(field => field!["value"] is not null).ToDictionary(field => field!["name"]!.ToString(), field => field!["value"]!.ToString());
                foreach (var (name, value) in arguments["fields"]!.AsObject())
                {
                    values[name] = value!.ToString();
                }

                var action = form["action"]!.ToString();
                return form["method"]!.ToString() == "GET" ? Show(action + "?" + string.Join('&', values.Select(pair => $"{pair.Key}={pair.Value}"))) : Send(action, values);
            });
        }
    }

    private Reply Show(string path)
    {
        var query = path.Contains("q=", StringComparison.Ordinal) ? path[(path.IndexOf("q=", StringComparison.Ordinal) + 2)..] : "";
        var found = Products.Where(product => product.Name.Contains(query, StringComparison.OrdinalIgnoreCase)).ToList();
        var where = path.Split('?')[0];
        _page = where switch
        {
            "/" => Page("Home", "Welcome"),
            "/login" => Page("Log in", "Who are you?", Form("/login", "csrf=hidden:1 user=text pass=password go=submit:Log in")),
            "/shop" => Page("All products", string.Join(' ', found.Select(product => $"{product.Name} {product.Price} EUR")), [.. found.Select(product => (product.Name, "/shop/" + product.Slug))],
                [Form("/shop", "q=search", "GET")]),
            "/cart" => Page("Your cart", string.Join(' ', _cart), Form("/checkout", "csrf=hidden:1 address=text place=submit:Place order")),
            _ when Products.FirstOrDefault(product => "/shop/" + product.Slug == where) is { Name: not null } one =>
                Page(one.Name, $"{one.Price} EUR", Form("/cart/add", $"csrf=hidden:1 product=hidden:{one.Slug} quantity=number:1 add=submit:Add to cart")),
            "/thanks" => Page("Thank you", "Ordered."),
            _ => Page("", ""),
        };
        return _page["title"]!.ToString().Length == 0 ? new(404, Page("Not found", "")) : new(200, _page.DeepClone());
    }

    private Reply Send(string path, Dictionary<string, string> values)
    {
        if (path != "/logout" && values.GetValueOrDefault("csrf") != "1")
        {
            return new(403, Page("Forgery", ""));
        }

        switch (path)
        {
            case "/login":
                _isIn = values.GetValueOrDefault("user") == "ann" && values.GetValueOrDefault("pass") == "{{user.password}}";
                return _isIn ? new(303, null, "/shop") : Show("/login");
            case "/cart/add":
                _cart.Add($"{values["quantity"]} {values["product"]}");
                return new(303, null, "/cart");
            case "/checkout" when _isIn && values.GetValueOrDefault("address")?.Length > 0:
                Effects.Add("order " + string.Join('+', _cart));
                return new(303, null, "/thanks");
            case "/logout":
                Effects.Add("out");
                return new(303, null, "/");
            default:
                return new(422, Page("Wrong", "Something is missing"));
        }
    }

    private static JsonObject Form(string action, string fields, string method = "POST") => new()
    {
        ["action"] = action,
        ["method"] = method,
        ["fields"] = new JsonArray([.. fields.Replace(": ", ":", StringComparison.Ordinal).Split(' ').Aggregate(new List<string>(), (all, part) =>
        {
            // A value may have blanks: "go=submit:Log in".
            if (part.Contains('=', StringComparison.Ordinal))
            {
                all.Add(part);
            }
            else
            {
                all[^1] += " " + part;
            }

            return all;
        }).Select(Field)]),
    };

    private static JsonNode Field(string field)
    {
        var (name, type) = (field.Split('=')[0], field.Split('=')[1]);
        var result = new JsonObject { ["name"] = name, ["type"] = type.Split(':')[0] };
        if (type.Contains(':', StringComparison.Ordinal))
        {
            result["value"] = type.Split(':')[1];
        }

        return result;
    }

    private static JsonObject Page(string title, string text, (string Text, string Href)[] links, JsonObject[] forms) => new()
    {
        ["title"] = title,
        ["text"] = text,
        ["links"] = new JsonArray([.. Fixed.Concat(links).Select(link => (JsonNode)new JsonObject { ["text"] = link.Text, ["href"] = link.Href })]),
        ["forms"] = new JsonArray([.. forms.Append(Form("/logout", "leave=submit:Log out")).Select(form => (JsonNode)form.DeepClone())]),
    };

    private static JsonObject Page(string title, string text, params JsonObject[] forms) => Page(title, text, Fixed[..0], forms);
}
