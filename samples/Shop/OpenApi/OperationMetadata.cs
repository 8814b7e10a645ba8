using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace ApeTest.Shop.OpenApi;

/// <summary>What one answer of an operation means.</summary>
internal sealed record AnswerText(int Status, string Text);

/// <summary>Marks operations that only a logged-in customer may call.</summary>
internal sealed class LoginNeeded
{
    public static readonly LoginNeeded Instance = new();
}

/// <summary>Describes operations where they are mapped.</summary>
internal static class OperationMetadata
{
    public static RouteHandlerBuilder Operation(this RouteHandlerBuilder route, string id, string summary, string description, string tag)
    {
        return route.WithName(id).WithSummary(summary).WithDescription(description).WithTags(tag);
    }

    public static RouteHandlerBuilder NeedsLogin(this RouteHandlerBuilder route)
    {
        return route.WithMetadata(LoginNeeded.Instance).Fails(StatusCodes.Status401Unauthorized, "Not logged in, or no longer.");
    }

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status, string text)
    {
        return route.Produces<T>(status).WithMetadata(new AnswerText(status, text));
    }

    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, int status, string text)
    {
        return route.Produces(status).WithMetadata(new AnswerText(status, text));
    }

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, int status, string text)
    {
        return route.ProducesProblem(status).WithMetadata(new AnswerText(status, text));
    }
}
