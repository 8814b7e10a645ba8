using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ApeTest.Shop.OpenApi;

namespace ApeTest.Shop.Accounts;

[Description("Name and password of a new customer.")]
internal sealed record Registration
{
    [Required]
    [StringLength(64, MinimumLength = 3)]
    [RegularExpression("^[A-Za-z0-9._@-]+$")]
    [Description("Unique name: 3 to 64 letters, digits and . _ @ -")]
    [Example("ada.lovelace")]
    public string Username { get; init; } = string.Empty;

    [Required]
    [StringLength(128, MinimumLength = 8)]
    [Description("At least 8 characters.")]
    [Example("correct-horse")]
    public string Password { get; init; } = string.Empty;
}

[Description("What a customer logs in with.")]
internal sealed record Credentials
{
    [Required]
    [MinLength(1)]
    [Description("The customer's name.")]
    [Example("user-0001")]
    public string Username { get; init; } = string.Empty;

    [Required]
    [MinLength(1)]
    [Description("The customer's password.")]
    [Example("pass-0001")]
    public string Password { get; init; } = string.Empty;
}

[Description("A customer.")]
internal sealed record UserInfo([property: Example(1)] int Id, [property: Example("user-0001")] string Username);

[Description("A successful login.")]
internal sealed record Login(
    [property: Description("Send as 'Authorization: Bearer TOKEN'. Dies at logout and when it expires.")] string Token,
    [property: Example("Bearer")] string TokenType,
    [property: Description("Seconds until the token dies."), Example(3600)] int ExpiresIn,
    UserInfo User);

[Description("A successful login whose token is in the cookie shop_session.")]
internal sealed record CookieLogin([property: Description("Seconds until the cookie dies."), Example(3600)] int ExpiresIn, UserInfo User);
