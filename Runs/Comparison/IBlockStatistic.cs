namespace ApeTest.Runs.Comparison;

/// <summary>A statistic of a run that is computed from its blocks of about 10 s, each taken a number of times: 1 each gives the run itself.</summary>
internal interface IBlockStatistic
{
    /// <summary>Number of blocks.</summary>
    int Blocks { get; }

    /// <summary>The statistic where block i is taken <c>weights[i]</c> times; null where those blocks hold no sample.</summary>
    double? Of(ReadOnlySpan<int> weights);

    /// <summary>The statistic of the run itself.</summary>
    double? Whole()
    {
        var ones = new int[Blocks];
        Array.Fill(ones, 1);
        return Of(ones);
    }
}
