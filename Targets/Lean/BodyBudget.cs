namespace ApeTest.Targets.Lean;

/// <summary>What the bodies that arrive on a loop may take together. Of the loop's thread.</summary>
/// <param name="most">Bytes.</param>
internal sealed class BodyBudget(long most)
{
    /// <summary>Bytes that there are in all.</summary>
    public long Most => most;

    /// <summary>Bytes in use.</summary>
    public long Used { get; private set; }

    /// <summary>Takes so many; false, and none, where there are not as many left.</summary>
    public bool TryTake(int bytes)
    {
        if (bytes > most - Used)
        {
            return false;
        }
        Used += bytes;
        return true;
    }

    /// <summary>Gives them back.</summary>
    public void Give(int bytes) => Used -= bytes;
}
