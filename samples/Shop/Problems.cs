using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace ApeTest.Shop;

/// <summary>Problem documents (RFC 9457) whose details say what to do.</summary>
internal static class Problems
{
    public static ProblemHttpResult BadRequest(string detail)
    {
        return Problem(StatusCodes.Status400BadRequest, "bad-request", "Bad request", detail);
    }

    public static ProblemHttpResult NotLoggedIn(HttpResponse response)
    {
        response.Headers.WWWAuthenticate = "Bearer realm=\"shop\"";
        return Problem(
            StatusCodes.Status401Unauthorized,
            "not-logged-in",
            "Not logged in",
            "Log in with POST /auth/login and send its token as 'Authorization: Bearer TOKEN', or use POST /auth/login-cookie. A token dies at logout and when it expires.");
    }

    public static ProblemHttpResult WrongCredentials(HttpResponse response)
    {
        response.Headers.WWWAuthenticate = "Bearer realm=\"shop\"";
        return Problem(StatusCodes.Status401Unauthorized, "wrong-credentials", "Wrong credentials", "No user has this username and password.");
    }

    public static ProblemHttpResult NotFound(string detail)
    {
        return Problem(StatusCodes.Status404NotFound, "not-found", "Not found", detail);
    }

    public static ProblemHttpResult Conflict(string type, string title, string detail)
    {
        return Problem(StatusCodes.Status409Conflict, type, title, detail);
    }

    /// <summary>One entry of <c>errors</c> for each wrong field: its name and what is wrong.</summary>
    public static ProblemHttpResult Invalid(params (string Field, string Error)[] errors)
    {
        var problem = Details(
            StatusCodes.Status422UnprocessableEntity, "invalid", "Invalid value", string.Join(" ", errors.Select(error => $"'{error.Field}' {error.Error}.")));
        problem.Extensions["errors"] = errors.ToDictionary(error => error.Field, error => new[] { error.Error });
        return TypedResults.Problem(problem);
    }

    public static ProblemHttpResult Problem(int status, string type, string title, string detail)
    {
        return TypedResults.Problem(Details(status, type, title, detail));
    }

    private static ProblemDetails Details(int status, string type, string title, string detail)
    {
        return new ProblemDetails { Status = status, Type = "/problems/" + type, Title = title, Detail = detail };
    }
}
