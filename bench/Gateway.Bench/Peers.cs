using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway_Bench;

/// <summary>A target that costs next to nothing, and YARP as it comes: no transforms, no logs, nothing of ours.</summary>
internal static class Peers
{
    private static readonly byte[] Body = [.. """{"items":["""u8, .. Enumerable.Repeat((byte)' ', 480), .. "]}"u8];

    public static Task RunTargetAsync(string url)
    {
        var app = Create(url, static _ => { });
        app.Run(static context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Body.Length;
            return context.Response.Body.WriteAsync(Body, context.RequestAborted).AsTask();
        });
        return app.RunAsync();
    }

    public static async Task RunYarpAsync(string url, string target)
    {
        var app = Create(url, static services => services.AddHttpForwarder());
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        });
        app.MapForwarder("/{**path}", target, ForwarderRequestConfig.Empty, HttpTransformer.Default, client);
        await app.RunAsync();
    }

    private static WebApplication Create(string url, Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        add(builder.Services);
        return builder.Build();
    }
}
