using System.Text.RegularExpressions;
using ApeTest.Shop.OpenApi;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.Shop.Accounts;

internal static partial class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        app.MapPost("/users", Register).Operation("register", "Register", "Creates a customer account. Does not log in.", "accounts")
            .Answers<UserInfo>(201, "The customer was created.").Fails(409, "The username is taken.").Fails(422, "A field is missing or invalid.");
        app.MapPost("/auth/login", LogIn)
            .Operation("login", "Log in", "Logs a customer in with username and password and returns a bearer token for the other calls. Starts with an empty cart.", "accounts")
            .Answers<Login>(200, "Logged in; send the token with each call.").Fails(401, "Wrong username or password.").Fails(422, "A field is missing.");
        app.MapPost("/auth/login-cookie", LogInWithCookie)
            .Operation("loginCookie", "Log in with a cookie", "For browsers: like login, but the token is set as the HttpOnly cookie shop_session instead of being returned.", "accounts")
            .Answers<CookieLogin>(200, "Logged in; the cookie is set.").Fails(401, "Wrong username or password.").Fails(422, "A field is missing.");
        app.MapPost("/auth/logout", LogOut)
            .Operation("logout", "Log out", "Ends the login. Its token and cookie answer 401 from now on; its cart is gone.", "accounts").NeedsLogin()
            .Answers(204, "Logged out.");
    }

    private static IResult Register(Registration registration, ShopStore shop)
    {
        var errors = new List<(string, string)>();
        if (registration.Username is not { Length: >= 3 and <= 64 } || !Names().IsMatch(registration.Username))
        {
            errors.Add(("username", "must be 3 to 64 letters, digits and . _ @ -"));
        }

        if (registration.Password is not { Length: >= 8 and <= 128 })
        {
            errors.Add(("password", "must have 8 to 128 characters"));
        }

        if (errors.Count > 0)
        {
            return Problems.Invalid([.. errors]);
        }

        return shop.State.Users.Register(registration.Username!, registration.Password!) is { } user
            ? TypedResults.Json(Info(user), statusCode: StatusCodes.Status201Created)
            : Problems.Conflict("username-taken", "Username taken", $"The username '{registration.Username}' is taken; choose another.");
    }

    private static IResult LogIn(Credentials credentials, ShopStore shop, TimeProvider time, HttpResponse response)
    {
        var now = time.GetUtcNow();
        var (session, problem) = Open(credentials, shop, now, response);
        return session is null ? problem! : TypedResults.Ok(new Login(session.Token, "Bearer", Lifetime(session, now), Info(session.User)));
    }

    private static IResult LogInWithCookie(Credentials credentials, ShopStore shop, TimeProvider time, HttpResponse response)
    {
        var now = time.GetUtcNow();
        var (session, problem) = Open(credentials, shop, now, response);
        if (session is null)
        {
            return problem!;
        }

        var lifetime = Lifetime(session, now);
        response.Cookies.Append(
            SessionStore.CookieName,
            session.Token,
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromSeconds(lifetime) });
        return TypedResults.Ok(new CookieLogin(lifetime, Info(session.User)));
    }

    private static IResult LogOut(HttpContext context, ShopStore shop, TimeProvider time)
    {
        var sessions = shop.State.Sessions;
        if (sessions.Of(context.Request, time.GetUtcNow()) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        sessions.Close(session);
        if (context.Request.Headers.Cookie.Count > 0)
        {
            context.Response.Cookies.Delete(SessionStore.CookieName);
        }

        return TypedResults.NoContent();
    }

    private static (ShopSession? Session, ProblemHttpResult? Problem) Open(Credentials credentials, ShopStore shop, DateTimeOffset now, HttpResponse response)
    {
        if (string.IsNullOrEmpty(credentials.Username) || string.IsNullOrEmpty(credentials.Password))
        {
            return (null, Problems.Invalid((string.IsNullOrEmpty(credentials.Username) ? "username" : "password", "is required")));
        }

        var state = shop.State;
        return state.Users.Find(credentials.Username) is { } user && user.HasPassword(credentials.Password)
            ? (state.Sessions.Open(user, now), null)
            : (null, Problems.WrongCredentials(response));
    }

    private static int Lifetime(ShopSession session, DateTimeOffset now)
    {
        return Math.Max(1, (int)(session.Expires - now).TotalSeconds);
    }

    private static UserInfo Info(User user)
    {
        return new UserInfo(user.Id, user.Name);
    }

    [GeneratedRegex("^[A-Za-z0-9._@-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
