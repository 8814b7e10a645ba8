using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Gateway;

/// <summary>The gateway as a process of its own.</summary>
internal static class GatewayService
{
    /// <summary>Builds it. An invalid file throws <see cref="Scenarios.ApeTestException"/>.</summary>
    public static WebApplication Build(GatewayArguments arguments, IReadOnlyDictionary<string, string> variables)
    {
        var builder = WebApplication.CreateSlimBuilder();
        if (arguments.Urls is not null || string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(arguments.Urls ?? ServiceUrls.Loopback(DefaultPorts.Gateway));
        }

        builder.AddServiceDefaults(new ServiceOptions { Service = "gateway", ConsoleLogs = true });
        // Not from the configuration: it reads "__" in a variable's name as ":".
        builder.AddGateway(new GatewayOptions { ConfigPath = arguments.Config ?? variables.GetValueOrDefault(EnvironmentNames.GatewayConfig), Environment = variables });
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGateway();
        app.Lifetime.ApplicationStarted.Register(() => Announce(app));
        return app;
    }

    private static void Announce(WebApplication app)
    {
        foreach (var line in GatewayAnnouncement.Lines(app.Services, app.BoundUrl()))
        {
            Console.Error.WriteLine($"gateway: {line}");
        }
    }
}
