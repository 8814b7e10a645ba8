namespace ApeTest.Agent.Tests.Fakes;

/// <summary>What a good model answers to the goal of <see cref="Plans"/>.</summary>
internal static class Replies
{
    public static Reply Login(string name = "ann") => Reply.Call("login", $$$"""{"name":"{{{name}}}","password":"{{user.password}}"}""");

    public static Reply Items { get; } = Reply.Call("listItems", "{}");

    public static Reply Order { get; } = Reply.Call("order", """{"itemId":"item-filter","quantity":2}""");

    public static Reply Logout { get; } = Reply.Call("logout", "{}");

    public static Reply[] Journey() => [Login(), Items, Order, Logout, Reply.Finish()];

    /// <summary>A good model for any user: it tells the users apart by the goal, and buys without looking around.</summary>
    public static Reply Shopper(ChatRequest request) => request.Turn switch
    {
        0 => Login(request.System.Contains("Log in as ann", StringComparison.Ordinal) ? "ann" : "bob"),
        1 => Order,
        _ => Reply.Finish(),
    };
}
