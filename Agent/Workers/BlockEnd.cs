namespace ApeTest.Agent.Workers;

/// <summary>What a batch says of its block.</summary>
internal enum BlockEnd
{
    /// <summary>It goes on here.</summary>
    None,

    /// <summary>It has ended.</summary>
    Final,

    /// <summary>It is given back, for another worker to go on with.</summary>
    Released,
}
