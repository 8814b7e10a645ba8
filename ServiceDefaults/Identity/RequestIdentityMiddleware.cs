using Microsoft.AspNetCore.Http;

namespace ApeTest.ServiceDefaults.Identity;

/// <summary>Makes the caller's baggage the <see cref="RequestIdentity.Current"/> of the request. Costs nothing where there is none.</summary>
internal sealed class RequestIdentityMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var baggage = context.Request.Headers[RequestIdentity.HeaderName];
        return baggage.Count == 0 ? next(context) : InvokeAsync(context, baggage.ToString());
    }

    private async Task InvokeAsync(HttpContext context, string baggage)
    {
        using (RequestIdentity.Use(RequestIdentity.Parse(baggage)))
        {
            await next(context);
        }
    }
}
