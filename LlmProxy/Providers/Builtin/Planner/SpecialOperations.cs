using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The operations that nearly every API has, whatever it calls them: those of the session and of the cart. Thread-safe.</summary>
internal sealed class SpecialOperations
{
    /// <summary>What a cart is called.</summary>
    public static readonly FrozenSet<string> CartWords = Words.Set("cart basket bag trolley");

    private static readonly FrozenSet<string> LoginWords = Words.Set("login signin session token authenticate auth authentication");
    private static readonly FrozenSet<string> LoginNames = Words.Set("login signin authenticate");
    private static readonly FrozenSet<string> LogoutWords = Words.Set("logout signout");
    private static readonly FrozenSet<string> RegisterWords = Words.Set("register signup registration");
    private static readonly FrozenSet<string> AccountWords = Words.Set("user account customer member patron profile reader passenger client");
    private static readonly FrozenSet<string> RefreshWords = Words.Set("refresh reset forgot verify revoke password");
    private static readonly FrozenSet<string> CheckoutWords = Words.Set("checkout order purchase buy");
    private static readonly FrozenSet<string> PlacingWords = Words.Set("place create submit");

    private readonly ToolSet _tools;
    private readonly Lazy<Operation?> _login;
    private readonly Lazy<Operation?> _logout;
    private readonly Lazy<Operation?> _register;
    private readonly Lazy<Operation?> _addToCart;
    private readonly Lazy<Operation?> _removeFromCart;
    private readonly Lazy<Operation?> _checkout;

    public SpecialOperations(ToolSet tools)
    {
        _tools = tools;
        _login = new Lazy<Operation?>(FindLogin);
        _logout = new Lazy<Operation?>(FindLogout);
        _register = new Lazy<Operation?>(FindRegister);
        _addToCart = new Lazy<Operation?>(FindAddToCart);
        _removeFromCart = new Lazy<Operation?>(FindRemoveFromCart);
        _checkout = new Lazy<Operation?>(FindCheckout);
    }

    public Operation? Login => _login.Value;

    public Operation? Logout => _logout.Value;

    public Operation? Register => _register.Value;

    /// <summary>Puts something into a cart; null where the API has none.</summary>
    public Operation? AddToCart => _addToCart.Value;

    /// <summary>Takes something out of a cart; null where the API has none.</summary>
    public Operation? RemoveFromCart => _removeFromCart.Value;

    /// <summary>Turns a cart into an order.</summary>
    public Operation? Checkout => _checkout.Value;

    private Operation? FindLogin() => Best(operation => operation.IsRead || operation.Method == "DELETE" || Any(operation, LogoutWords) || Any(operation, RefreshWords)
        ? 0
        : (Any(operation.NameTokens, LoginNames) ? 4 : 0) + (Phrase(operation.NameTokens, "log", "in") || Phrase(operation.NameTokens, "sign", "in") ? 4 : 0)
            + (Any(operation, LoginWords) ? 3 : 0) + (operation.Password is not null ? 3 : 0) - (Any(operation, RegisterWords) || Phrase(operation.NameTokens, "sign", "up") ? 6 : 0),
        5);

    private Operation? FindLogout() => Best(operation => operation.IsRead
        ? 0
        : (Any(operation, LogoutWords) ? 6 : 0) + (Phrase(operation.NameTokens, "log", "out") || Phrase(operation.NameTokens, "sign", "out") ? 6 : 0)
            + (operation.Method == "DELETE" && Any(operation, LoginWords) ? 5 : 0), 5);

    private Operation? FindRegister() => Best(operation => operation.Method != "POST"
        ? 0
        : (Any(operation, RegisterWords) || Phrase(operation.NameTokens, "sign", "up") ? 4 : 0) + (operation.Password is not null ? 3 : 0)
            + (AccountWords.Contains(operation.Noun) ? 2 : 0) - (Any(operation.NameTokens, LoginNames) || (Any(operation, LoginWords) && !Any(operation, RegisterWords)) ? 4 : 0),
        5);

    private Operation? FindAddToCart() => Best(operation => operation.Method is not ("POST" or "PUT") || !Any(operation, CartWords)
        || Any(operation, CheckoutWords)
        ? 0
        : 3 + (operation.Parameters.Any(parameter => parameter.Noun is not null || parameter.Item is not null) ? 3 : 0)
            + (operation.Method == "POST" ? 1 : 0) + (operation.Has("add", "item") ? 2 : 0), 6);

    private Operation? FindRemoveFromCart() => Best(operation => operation.Method != "DELETE" || !Any(operation, CartWords) ? 0 : 3 + (operation.EndsWithParameter ? 1 : 0), 3);

    private Operation? FindCheckout() => Best(operation => operation.Method != "POST" || Has(operation, "pay") || operation.EndsWithParameter
        ? 0
        : (Has(operation, "checkout") || Phrase(operation.NameTokens, "check", "out") ? 6 : 0)
            + (Any(operation, CheckoutWords) ? 4 : 0) + (operation.NameTokens.Any(PlacingWords.Contains) ? 1 : 0)
            - (operation.Parent.Length > 0 && !CartWords.Contains(operation.Parent) ? 2 : 0), 4);

    private Operation? Best(Func<Operation, int> score, int least)
    {
        Operation? best = null;
        var bestScore = least - 1;
        foreach (var operation in _tools.Operations)
        {
            var points = score(operation);
            if (points > bestScore)
            {
                (best, bestScore) = (operation, points);
            }
        }

        return best;
    }

    private static bool Has(Operation operation, string word) => operation.Has(Words.Stem(word));

    private static bool Any(Operation operation, FrozenSet<string> words) => Any(operation.NameTokens, words) || Any(operation.PathTokens, words);

    private static bool Any(string[] tokens, FrozenSet<string> words)
    {
        foreach (var token in tokens)
        {
            if (words.Contains(token))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Phrase(string[] tokens, string first, string second)
    {
        for (var i = 0; i + 1 < tokens.Length; i++)
        {
            if (tokens[i] == first && tokens[i + 1] == second)
            {
                return true;
            }
        }

        return false;
    }
}
