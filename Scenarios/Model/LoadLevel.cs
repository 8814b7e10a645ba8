namespace ApeTest.Scenarios.Model;

/// <summary>A level of load: agents at a time (<c>50</c>), or sessions that start in a time (<c>100/s</c>). Zero is both.</summary>
/// <param name="Value">Agents, or sessions in <paramref name="Per"/>.</param>
/// <param name="Per">One second, minute or hour of a rate; null of agents.</param>
public readonly record struct LoadLevel(double Value, TimeSpan? Per = null)
{
    /// <summary>Whether it is a rate.</summary>
    public bool IsRate => Per is not null;

    /// <summary>What a profile counts in: agents, or sessions a second.</summary>
    public double Amount => Per is { } per ? Value / per.TotalSeconds : Value;

    /// <summary>Agents.</summary>
    public static implicit operator LoadLevel(int agents) => new(agents);
}

/// <summary>A stage of a custom shape: a straight line to a level.</summary>
/// <param name="To">Level at its end.</param>
/// <param name="Over">Its duration; 0: a jump.</param>
public readonly record struct LoadStage(LoadLevel To, TimeSpan Over);
