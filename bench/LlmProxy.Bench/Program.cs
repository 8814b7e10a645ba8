using System.Text.Json;

namespace ApeTest.LlmProxy_Bench;

/// <summary>Both ends of bench/proxy.sh: the provider behind the proxy, and its clients.</summary>
internal static class Program
{
    private const string Usage = """
        usage: upstream URL
               load URL --model ID [--stream] [--concurrency C] [--seconds S] [--stagger MS] [--tokens N] [--measure] [--header "name: value"]...
               soak URL --model ID --pid PID --metrics URL [--concurrency C] [--seconds S] [--stagger MS] [--tokens N]
        """;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["upstream", var url]:
                    await FastUpstream.RunAsync(url);
                    return 0;
                case ["load", var url, .. var rest]:
                    var result = await new LoadClient(LoadOptions.Parse(url, rest), TimeProvider.System).RunAsync();
                    Console.WriteLine(JsonSerializer.Serialize(result.ToJson()));
                    return 0;
                case ["soak", var url, .. var rest]:
                    return await new Soak(LoadOptions.Parse(url, rest) with { Stream = true, Measure = true }, TimeProvider.System).RunAsync();
            }
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}");
        }
        await Console.Error.WriteLineAsync(Usage);
        return 2;
    }
}
