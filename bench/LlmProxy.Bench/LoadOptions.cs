using System.Globalization;

namespace ApeTest.LlmProxy_Bench;

/// <summary>What the load client does.</summary>
/// <param name="Url">Where <c>/v1/chat/completions</c> is, without that path.</param>
internal sealed record LoadOptions(Uri Url)
{
    /// <summary>Model id of the requests.</summary>
    public string Model { get; init; } = "bench";

    /// <summary>Whether streams are asked for.</summary>
    public bool Stream { get; init; }

    /// <summary>Requests at a time. Default 1.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>For how long requests are begun. Default 5 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Over how long the clients begin, one after the other, so that streams of equal length do not start in step. Default 0: all at once.</summary>
    public TimeSpan Stagger { get; init; }

    /// <summary>Content chunks that a stream must bring. Default 200.</summary>
    public int Tokens { get; init; } = 200;

    /// <summary>Whether the proxy's in-band figures are asked for (<c>X-Ape-Measure: 1</c>).</summary>
    public bool Measure { get; init; }

    /// <summary>Soak: process whose memory is watched.</summary>
    public int Process { get; init; }

    /// <summary>Soak: the proxy's <c>/metrics</c>.</summary>
    public Uri? Metrics { get; init; }

    /// <summary>Headers of each request.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Throws <see cref="FormatException"/> that names the option.</summary>
    public static LoadOptions Parse(string url, ReadOnlySpan<string> args)
    {
        var options = new LoadOptions(new Uri(url.TrimEnd('/')));
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            if (name is "--stream" or "--measure")
            {
                options = name == "--stream" ? options with { Stream = true } : options with { Measure = true };
                continue;
            }

            var value = i + 1 < args.Length ? args[++i] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--model" => options with { Model = value },
                "--concurrency" => options with { Concurrency = Number(name, value) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(name, value)) },
                "--stagger" => options with { Stagger = TimeSpan.FromMilliseconds(Number(name, value)) },
                "--tokens" => options with { Tokens = Number(name, value) },
                "--pid" => options with { Process = Number(name, value) },
                "--metrics" => options with { Metrics = new Uri(value) },
                "--header" => options with { Headers = [.. options.Headers, Header(value)] },
                _ => throw new FormatException($"{name} is no option"),
            };
        }

        return options;
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{name} needs a whole number, not \"{value}\"");

    private static (string Name, string Value) Header(string value) =>
        value.Split(": ", 2) is [var name, var text] ? (name, text) : throw new FormatException($"--header needs \"name: value\", not \"{value}\"");
}
