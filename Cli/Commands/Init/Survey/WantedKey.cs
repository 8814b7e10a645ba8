namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A header with credentials that a target wants.</summary>
/// <param name="Header">Its name; null where the document names none, as for a key in the query.</param>
/// <param name="Prefix">What stands before the credential in an <c>Authorization</c> header: <c>Bearer </c>; empty for a key.</param>
/// <param name="Variable">Name of the environment variable to suggest for it.</param>
/// <param name="Words">What the variable holds.</param>
internal sealed record WantedKey(string? Header, string Prefix, string Variable, string Words)
{
    /// <summary>A bearer token.</summary>
    public static WantedKey Token { get; } = new("Authorization", "Bearer ", "API_TOKEN", "the token");

    /// <summary>The value of a header that holds the credential of a variable.</summary>
    public string Value(string header, string variable) => $"{(header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? Prefix : "")}${{{variable}}}";
}
