using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.LlmProxy.Hosting;

/// <summary>The proxy as a process of its own.</summary>
internal static class ProxyService
{
    /// <summary>Builds it. Wrong flags and files throw <see cref="Options.LlmProxyConfigException"/>.</summary>
    public static WebApplication Build(ProxyArguments arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        if (arguments.Urls is not null || string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(arguments.Urls ?? ServiceUrls.Loopback(DefaultPorts.LlmProxy));
        }

        builder.AddServiceDefaults(new ServiceOptions { Service = "llm-proxy", ConsoleLogs = true });
        builder.AddLlmProxy(arguments.Flags.ToOptions(Environment.GetEnvironmentVariable, Environment.CurrentDirectory));
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapLlmProxy();
        app.Lifetime.ApplicationStarted.Register(() => Announce(app));
        return app;
    }

    private static void Announce(WebApplication app)
    {
        foreach (var line in ProxyAnnouncement.Lines(app.Services, app.BoundUrl()))
        {
            Console.Error.WriteLine($"llm-proxy: {line}");
        }
    }
}
