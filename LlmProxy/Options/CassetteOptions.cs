using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Options;

/// <summary>A cassette: a file of recorded exchanges with the providers, one JSON object a line.</summary>
public sealed class CassetteOptions
{
    /// <summary>The file; null: no cassette.</summary>
    public string? File { get; set; }

    /// <summary>What is done with it. Default <see cref="CassetteMode.Auto"/>.</summary>
    public CassetteMode Mode { get; set; } = CassetteMode.Auto;

    /// <summary>Speed of replayed answers: 1 as recorded, 10 ten times as fast, 0 without any pause. Default 1.</summary>
    public double Speed { get; set; } = 1;
}

/// <summary>What a cassette is used for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CassetteMode>))]
public enum CassetteMode
{
    /// <summary>Answers known requests from the file, asks the provider for the others and adds those.</summary>
    Auto,

    /// <summary>Asks the provider for every request and writes the file anew.</summary>
    Record,

    /// <summary>Answers from the file only; the provider is never asked and needs no key. An unknown request is an error.</summary>
    Replay,
}
