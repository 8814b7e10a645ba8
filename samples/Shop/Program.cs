using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ApeTest.Shop;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (HealthProbe.IsAsked(args))
        {
            return await HealthProbe.RunAsync(DefaultPorts.Shop);
        }
        var builder = WebApplication.CreateSlimBuilder(args);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            builder.WebHost.UseUrls(ServiceUrls.Loopback(DefaultPorts.Shop));
        }

        builder.AddServiceDefaults(new ServiceOptions { Service = ShopExtensions.Service, ConsoleLogs = true, Guard = false });
        builder.AddShop(new ShopOptions());

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapShop();
        return await app.RunServiceAsync(ShopExtensions.Service);
    }
}
