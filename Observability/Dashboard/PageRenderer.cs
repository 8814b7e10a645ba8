using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace ApeTest.Observability.Dashboard;

/// <summary>Renders Razor components to text, the report's among them.</summary>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>The HTML of a component.</summary>
    public async Task<string> RenderAsync<TComponent>(params (string Name, object? Value)[] parameters)
        where TComponent : IComponent
    {
        // One each: a renderer keeps what it has rendered until it goes.
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var view = ParameterView.FromDictionary(parameters.ToDictionary(static parameter => parameter.Name, static parameter => parameter.Value, StringComparer.Ordinal));
            return (await renderer.RenderComponentAsync<TComponent>(view)).ToHtmlString();
        });
    }
}
