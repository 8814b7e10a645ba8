using System.Reflection;
using System.Text.Json.Nodes;
using ApeTest.Shop.Accounts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ApeTest.Shop.OpenApi;

/// <summary>Completes the generated OpenAPI document: title, ways to log in, who needs them, what answers mean, examples.</summary>
internal static class ShopDocument
{
    private const string BearerScheme = "bearerAuth";
    private const string CookieScheme = "cookieAuth";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ApeTest sample shop",
                Version = "1.0.0",
                Description = "A small web shop: log in, find products, fill the cart, check out, read your orders, log out.",
            };
            // The document is true wherever the shop is reached, also behind a proxy.
            document.Servers = null;
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The token of login." },
                [CookieScheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = SessionStore.CookieName, Description = "Set by loginCookie.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(CompleteOperation);
        options.AddSchemaTransformer(CompleteSchema);
    }

    private static Task CompleteOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<LoginNeeded>().Any())
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(CookieScheme, context.Document)] = [] },
            ];
        }

        foreach (var answer in metadata.OfType<AnswerText>())
        {
            if (operation.Responses?.TryGetValue(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), out var response) == true)
            {
                response.Description = answer.Text;
            }
        }

        return Task.CompletedTask;
    }

    private static Task CompleteSchema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var provider = Attributes(context);
        if (Find<ExampleAttribute>(provider) is { } example)
        {
            schema.Examples = [example.ToJson()];
        }

        if (Find<OneOfAttribute>(provider) is { } oneOf)
        {
            schema.Enum = [.. oneOf.Values.Select(value => (JsonNode)JsonValue.Create(value))];
        }

        return Task.CompletedTask;
    }

    private static ICustomAttributeProvider? Attributes(OpenApiSchemaTransformerContext context)
    {
        if (context.JsonPropertyInfo is { } property)
        {
            return property.AttributeProvider;
        }

        return (context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo;
    }

    private static T? Find<T>(ICustomAttributeProvider? provider)
        where T : Attribute
    {
        return provider?.GetCustomAttributes(typeof(T), inherit: true).OfType<T>().FirstOrDefault();
    }
}
