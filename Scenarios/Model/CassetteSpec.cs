namespace ApeTest.Scenarios.Model;

/// <summary>A cassette: exchanges with the models, kept in a file, so that a run needs neither key nor network and asks the same every time.</summary>
public sealed record CassetteSpec
{
    /// <summary>The file, absolute. In a scenario a relative path is meant from the scenario's directory.</summary>
    public string File { get; init; } = "";

    /// <summary>What is done with it. Default <see cref="CassetteUse.Auto"/>.</summary>
    public CassetteUse Mode { get; init; } = CassetteUse.Auto;

    /// <summary>Speed of replayed answers: 1 as recorded, 10 ten times as fast, 0 without pauses. Default 1.</summary>
    public double Speed { get; init; } = 1;
}

/// <summary>What a cassette is used for.</summary>
public enum CassetteUse
{
    /// <summary>Known requests are answered from the file, others are asked and added.</summary>
    Auto,

    /// <summary>Every request is asked, and the file written anew.</summary>
    Record,

    /// <summary>Answers come from the file only; an unknown request is an error.</summary>
    Replay,
}
