using ApeTest.ServiceDefaults.Guard;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ApeTest.Gateway.Admin;

/// <summary>The calls that change a running gateway. Every one asks for the <see cref="AdminToken"/>, on loopback too.</summary>
internal static class AdminExtensions
{
    /// <summary>Maps <c>GET</c>, <c>PUT</c> and <c>DELETE /admin/faults</c>.</summary>
    public static void MapGatewayAdmin(this WebApplication app)
    {
        var faults = ActivatorUtilities.CreateInstance<FaultsAdmin>(app.Services);
        // The group asks for its own token, which is the service's where there is one.
        var admin = app.MapGroup("/admin").WithMetadata(TokenExempt.Instance).AddEndpointFilter(AuthenticateAsync);
        admin.MapGet("/faults", faults.Get);
        // A delegate: as a RequestDelegate its result would be dropped.
        admin.MapPut("/faults", (Delegate)faults.PutAsync);
        admin.MapDelete("/faults", faults.Delete);
        // Otherwise the proxy would take `admin` for a target. These tell nothing, hence ask for no token.
        app.Map("/admin/faults", (Delegate)MethodNotAllowed).WithMetadata(TokenExempt.Instance);
        app.Map("/admin/{**path}", (Delegate)NotFound).WithMetadata(TokenExempt.Instance);
    }

    private static ProblemHttpResult MethodNotAllowed(HttpContext context)
    {
        context.Response.Headers.Allow = "GET, PUT, DELETE";
        return TypedResults.Problem("/admin/faults takes GET, PUT and DELETE", statusCode: StatusCodes.Status405MethodNotAllowed);
    }

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem("there is no such call; there is /admin/faults", statusCode: StatusCodes.Status404NotFound);

    private static ValueTask<object?> AuthenticateAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        return context.RequestServices.GetRequiredService<AdminToken>().Matches(context)
            ? next(invocation)
            : ValueTask.FromResult<object?>(TypedResults.Problem(
                $"this call asks for the admin token in {ServiceToken.HeaderName} or as Authorization: Bearer; it is the service token, or the one that the gateway told when it started",
                statusCode: StatusCodes.Status401Unauthorized));
    }
}
